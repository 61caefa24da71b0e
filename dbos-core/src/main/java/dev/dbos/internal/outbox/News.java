package dev.dbos.internal.outbox;

import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.MessageStore.MessageRow;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.watch.Channel;
import dev.dbos.internal.watch.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a transaction has changed in the system database, to be told once it has committed. */
final class News {
  private final List<StartRow.Queued> queued = new ArrayList<>();
  private final List<Topic> here = new ArrayList<>();
  private final List<Topic> everywhere = new ArrayList<>();

  void started(StartRow row) {
    queued.add(row.queued());
    here.add(Topic.workflow(row.workflowId()));
  }

  /** Other processes are told by the table's trigger, where there is one. */
  void sent(Collection<MessageRow> rows) {
    rows.forEach(
        row -> here.add(Topic.of(Channel.MESSAGES, new Named(row.destination(), row.topic()))));
  }

  void set(Named event) {
    everywhere.add(Topic.of(Channel.EVENTS, event));
  }

  void tell(SystemAccess access) {
    queued.stream().distinct().forEach(access::enqueued);
    here.forEach(access.watcher()::changedHere);
    everywhere.forEach(access.watcher()::changed);
  }
}
