package dev.dbos.internal.migration;

import dev.dbos.datasource.IsolationLevel;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a table of ours in an application's own database.
 *
 * <p>What is there already is used: a table somebody made in advance needs no right but to read and
 * write it, and one that another implementation made only gets our extra columns, which that one
 * does not notice.
 */
final class DatasourceTable {
  /** For those of us who create at the same time; not the lock of the system tables. */
  private static final long LOCK = 1234567891;

  private static final int LOCK_TIMEOUT_SECONDS = 30;
  private static final int ATTEMPTS = 5;

  // What the last holder of the lock committed must be seen under it.
  private static final TransactionMode CREATING =
      new TransactionMode(IsolationLevel.READ_COMMITTED, false);

  private final Database database;
  private final SchemaName schema;
  private final TableColumns columns;
  private final String what;

  /**
   * Prepares to make one.
   *
   * @param what the table of what it is, for messages
   */
  DatasourceTable(Database database, SchemaName schema, TableColumns.Shape shape, String what) {
    this.database = database;
    this.schema = schema;
    this.columns = new TableColumns(database.dialect(), schema, shape);
    this.what = what;
  }

  /**
   * Makes the table ready for use.
   *
   * @throws SchemaException when it cannot be made or completed; the message carries the statements
   * @throws DatabaseUnavailableException when the connection is lost
   */
  void prepare() {
    try {
      if (!database.read(this::missing).isEmpty()) {
        complete();
      }
    } catch (SQLException failure) {
      throw explained(failure);
    }
  }

  /** Whether the table is there as it must be. */
  boolean isReady(Connection connection) throws SQLException {
    return missing(connection).isEmpty();
  }

  private List<String> missing(Connection connection) throws SQLException {
    Set<String> existing = columns.existing(connection);
    if (!existing.isEmpty() && !columns.isOurs(existing)) {
      throw failed(
          "The table "
              + columns.name()
              + " in "
              + database.name()
              + " is not one of "
              + what
              + ": it lacks "
              + String.join(" or ", columns.marks())
              + ". Rename it, or choose another schema for the "
              + what
              + ".",
          null);
    }
    return columns.missing(connection, existing);
  }

  private void complete() throws SQLException {
    for (int attempt = 1; !completed(attempt == ATTEMPTS); attempt++) {
      // The next attempt finds what the winner of the race has committed.
    }
  }

  /** Whether it worked; a lost race, unless it was the last attempt, is no failure. */
  private boolean completed(boolean lastAttempt) throws SQLException {
    try (Lease lease = database.lease(Database.Access.WRITE)) {
      return Transactions.call(lease, CREATING, this::completed);
    } catch (SQLException failure) {
      // Other implementations create the same schema and table without taking our lock.
      return switch (SqlFailure.of(failure)) {
        case CONFLICT, UNIQUE_VIOLATION, ALREADY_EXISTS -> {
          if (lastAttempt) {
            throw failure;
          }
          yield false;
        }
        default -> throw failure;
      };
    }
  }

  private boolean completed(Connection connection) throws SQLException {
    if (database.dialect() instanceof Dialect.Postgres postgres && !postgres.isCockroach()) {
      Statements.run(
          connection,
          List.of(
              "SET LOCAL lock_timeout = '" + LOCK_TIMEOUT_SECONDS + "s'",
              "SELECT pg_advisory_xact_lock(" + LOCK + ")"));
    }
    Statements.run(connection, missing(connection));
    return true;
  }

  private RuntimeException explained(SQLException failure) {
    String problem = "The table of " + what + " in " + database.name() + " could not be prepared: ";
    return switch (SqlFailure.of(failure)) {
      case INSUFFICIENT_PRIVILEGE ->
          failed(
              problem + failure.getMessage() + ". Have an owner run:\n" + advice(failure), failure);
      case CONNECTION_LOST ->
          new DatabaseUnavailableException(
              problem + failure.getMessage() + ". Nothing has changed; start again.",
              database.name(),
              failure);
      default -> failed(problem + failure.getMessage() + ". Nothing has changed.", failure);
    };
  }

  /** What we would have run, and the rights to work with the outcome. */
  private String advice(SQLException because) {
    try {
      return database.read(
          connection -> {
            StringBuilder script = new StringBuilder();
            for (String statement : missing(connection)) {
              script.append(statement).append(";\n");
            }
            String role =
                Statements.strings(connection, "SELECT quote_ident(current_user)").getFirst();
            return script
                .append("GRANT USAGE ON SCHEMA ")
                .append(schema.quoted() + " TO " + role + ";\n")
                .append("GRANT SELECT, INSERT, UPDATE, DELETE ON ")
                .append(schema.table(columns.name()) + " TO " + role + ";")
                .toString();
          });
    } catch (SQLException unanswered) {
      because.addSuppressed(unanswered);
      return String.join(";\n", columns.ddl()) + ";";
    }
  }

  private SchemaException failed(String message, @Nullable Throwable cause) {
    return new SchemaException(message, database.name(), cause);
  }
}
