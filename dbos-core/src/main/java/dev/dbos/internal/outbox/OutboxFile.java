package dev.dbos.internal.outbox;

import dev.dbos.datasource.IsolationLevel;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.SqlFunction;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import dev.dbos.internal.transaction.DurableTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** The outbox of one datasource, as those see it who look into it from outside a transaction. */
final class OutboxFile {
  // A user's transaction, however isolated, has no reason to fail because of us.
  private static final TransactionMode LOOKING =
      new TransactionMode(IsolationLevel.READ_COMMITTED, true);
  private static final TransactionMode CHANGING =
      new TransactionMode(IsolationLevel.READ_COMMITTED, false);

  private final DurableTransactions datasource;
  private final @Nullable String applicationName;
  private final OutboxRows rows;

  OutboxFile(DurableTransactions datasource, @Nullable String applicationName) {
    this.datasource = datasource;
    this.applicationName = applicationName;
    this.rows = new OutboxRows(datasource.database().dialect(), datasource.schema());
  }

  /** The datasource's name. */
  String datasource() {
    return datasource.name();
  }

  /** Whether the table is there. */
  boolean exists() throws SQLException {
    return datasource.outboxTable().wasReady() || read(datasource.outboxTable()::isReady);
  }

  String name() throws SQLException {
    return write(rows::name);
  }

  List<Entry> waiting(int limit) throws SQLException {
    return read(connection -> rows.waiting(connection, applicationName, limit));
  }

  void delete(Collection<String> entries) throws SQLException {
    write(
        connection -> {
          rows.delete(connection, entries);
          return entries.size();
        });
  }

  /** Ends entries: those that were delivered are deleted, the others set aside. */
  void settle(Deliveries.Result result, long nowMillis) throws SQLException {
    write(
        connection -> {
          rows.delete(connection, result.delivered());
          for (Map.Entry<String, String> refused : result.refused().entrySet()) {
            rows.setAside(connection, refused.getKey(), refused.getValue(), nowMillis);
          }
          return result;
        });
  }

  Optional<OutboxRows.Standing> start(String workflowId) {
    return asked(connection -> rows.start(connection, workflowId), Optional.empty());
  }

  /** How full it is. */
  OutboxRows.Figures figures() {
    return asked(
        connection -> rows.figures(connection, applicationName),
        new OutboxRows.Figures(0, null, 0));
  }

  List<OutboxRows.SetAside> setAside(int limit) {
    return asked(connection -> rows.setAside(connection, applicationName, limit), List.of());
  }

  int retry(Collection<String> entries) {
    return changed(connection -> rows.retry(connection, entries));
  }

  int discard(Collection<String> entries) {
    return changed(connection -> rows.discard(connection, entries));
  }

  private <R> R asked(SqlFunction<Connection, R> query, R withoutTable) {
    try {
      return read(
          connection ->
              datasource.outboxTable().isReady(connection)
                  ? query.apply(connection)
                  : withoutTable);
    } catch (SQLException | DataAccessException failure) {
      throw explained(failure);
    }
  }

  private int changed(SqlFunction<Connection, Integer> change) {
    try {
      return write(change);
    } catch (SQLException | DataAccessException failure) {
      throw explained(failure);
    }
  }

  private <R> R read(SqlFunction<Connection, R> query) throws SQLException {
    try (Lease lease = datasource.database().lease(Access.READ)) {
      return Transactions.call(lease, LOOKING, query);
    }
  }

  private <R> R write(SqlFunction<Connection, R> change) throws SQLException {
    try (Lease lease = datasource.database().lease(Access.WRITE)) {
      return Transactions.call(lease, CHANGING, change);
    }
  }

  private RuntimeException explained(Exception failure) {
    String problem = "The outbox of datasource " + datasource.name() + " could not be used";
    SQLException sql = SqlFailure.sqlException(failure);
    return sql != null && SqlFailure.of(failure) == SqlFailure.CONNECTION_LOST
        ? new DatabaseUnavailableException(
            problem + ": " + sql.getMessage() + ". Try again when it can be reached.",
            datasource.name(),
            failure)
        : new DataAccessException(problem, failure);
  }
}
