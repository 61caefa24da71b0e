package dev.dbos.internal.outbox;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.sql.SqlFailure;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes entries out of an outbox into the system database, each exactly once, whoever else does the
 * same and wherever one of them dies:
 *
 * <ol>
 *   <li>it knows the version in the ledger, and has deleted from the outbox what is remembered
 *       there as taken last;
 *   <li>then it looks into the outbox;
 *   <li>one transaction in the system database goes from that version to the next, delivers what
 *       was seen, and remembers it as taken last. Whoever looked before another one delivered fails
 *       here, and begins again;
 *   <li>what was delivered is deleted from the outbox.
 * </ol>
 */
final class RelayRound {
  private static final Logger LOG = LoggerFactory.getLogger(RelayRound.class);
  private static final int BATCH = 250;

  private final OutboxFile file;
  private final SystemAccess access;
  private @Nullable Known known;

  /** How many entries are still to be taken one by one. */
  private int careful;

  RelayRound(OutboxFile file, SystemAccess access) {
    this.file = file;
    this.access = access;
  }

  /**
   * What is known of the ledger, and everything taken before has left the outbox.
   *
   * @param outbox the name of the outbox
   * @param version how often something was taken from it
   */
  private record Known(String outbox, long version) {}

  /**
   * One round; whether there may be more.
   *
   * @throws OutboxLedger.Overtaken when somebody else has delivered meanwhile
   */
  boolean run() throws SQLException {
    if (!file.exists()) {
      return false;
    }
    Known before = known;
    known = null;
    if (before == null) {
      if (file.waiting(1).isEmpty()) {
        return false;
      }
      before = catchUp();
    }
    int limit = careful > 0 ? 1 : BATCH;
    List<Entry> entries = file.waiting(limit);
    if (entries.isEmpty()) {
      careful = 0;
      known = before;
      return false;
    }
    Deliveries.Result result = deliver(before, entries);
    if (result == null) {
      careful = entries.size();
      known = before;
      return true;
    }
    result.news().tell(access);
    for (Entry entry : entries) {
      if (result.refused().containsKey(entry.id())) {
        LOG.warn(
            "An entry of the outbox of datasource {} was set aside, to {} workflow {}: {}",
            file.datasource(),
            entry.kind(),
            entry.workflowId(),
            result.refused().get(entry.id()));
      }
    }
    file.settle(result, access.clock().millis());
    known = new Known(before.outbox(), before.version() + 1);
    careful = Math.max(0, careful - 1);
    return entries.size() == limit;
  }

  private Known catchUp() throws SQLException {
    String outbox = file.name();
    OutboxLedger.State state = access.systemDatabase().write(dsl -> OutboxLedger.read(dsl, outbox));
    if (!state.relayed().isEmpty()) {
      file.delete(state.relayed());
    }
    return new Known(outbox, state.version());
  }

  /** Null when one of several cannot be written; the next rounds find out which. */
  private Deliveries.@Nullable Result deliver(Known before, List<Entry> entries) {
    try {
      return access
          .systemDatabase()
          .write(
              dsl -> {
                OutboxLedger.advance(dsl, before.outbox(), before.version());
                Deliveries.Result result = Deliveries.write(access, dsl, entries);
                OutboxLedger.relayed(dsl, before.outbox(), result.delivered());
                return result;
              });
    } catch (RuntimeException failure) {
      if (!isTheirFault(failure)) {
        throw failure;
      }
      if (entries.size() > 1) {
        LOG.debug("One of {} entries cannot be delivered", entries.size(), failure);
        return null;
      }
      return access
          .systemDatabase()
          .write(
              dsl -> {
                OutboxLedger.advance(dsl, before.outbox(), before.version());
                OutboxLedger.relayed(dsl, before.outbox(), List.of());
                String reason = String.valueOf(causeOf(failure).getMessage());
                return new Deliveries.Result(
                    List.of(), Map.of(entries.getFirst().id(), reason), new News());
              });
    }
  }

  private static Throwable causeOf(Throwable failure) {
    SQLException sql = SqlFailure.sqlException(failure);
    return sql == null ? failure : sql;
  }

  /** Neither somebody else's nor the database's. */
  private static boolean isTheirFault(RuntimeException failure) {
    return !(failure instanceof OutboxLedger.Overtaken)
        && !(failure instanceof DatabaseUnavailableException)
        && switch (SqlFailure.of(failure)) {
          case CONFLICT,
              CONNECTION_LOST,
              STORAGE_FAILED,
              STATEMENT_TIMEOUT,
              INSUFFICIENT_PRIVILEGE,
              LOGIN_REFUSED,
              ACCESS_REFUSED,
              NO_SUCH_DATABASE ->
              false;
          case UNIQUE_VIOLATION, NOT_NULL_VIOLATION, TRANSACTION_ABORTED, ALREADY_EXISTS, OTHER ->
              true;
          case NONE -> !(failure instanceof IllegalStateException);
        };
  }
}
