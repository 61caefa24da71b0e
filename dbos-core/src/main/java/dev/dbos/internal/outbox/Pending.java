package dev.dbos.internal.outbox;

import dev.dbos.internal.context.AtCommit;
import dev.dbos.internal.operations.SystemAccess;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one attempt of a transaction has asked of a system database. */
final class Pending implements AtCommit.Part {
  private final SystemAccess access;
  private final OutboxRows rows;
  private final News news = new News();
  private final Map<String, String> keysByEntry = new LinkedHashMap<>();
  private @Nullable Relay relay;

  Pending(SystemAccess access, OutboxRows rows) {
    this.access = access;
    this.rows = rows;
  }

  /** What was written into the system database itself. */
  News news() {
    return news;
  }

  /** An entry was written for {@code carrier}. */
  void entry(Entry entry, Relay carrier) {
    relay = carrier;
    if (entry.orderKey() != null) {
      keysByEntry.put(entry.id(), entry.orderKey());
    }
  }

  /** As late as possible: whoever has the same keys waits from here on. */
  @Override
  public void beforeCommit(Connection connection) {
    if (!keysByEntry.isEmpty()) {
      rows.settleOrder(connection, keysByEntry);
    }
  }

  @Override
  public void afterCommit() {
    news.tell(access);
    if (relay != null) {
      relay.signal();
    }
  }
}
