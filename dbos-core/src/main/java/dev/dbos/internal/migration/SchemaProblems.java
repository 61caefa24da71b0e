package dev.dbos.internal.migration;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.SqlFunction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said when system tables cannot be made ready. */
record SchemaProblems(Database database, SystemTables tables) {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaProblems.class);

  String at(long found) {
    return "The " + database.name() + " is at schema version " + found;
  }

  SchemaException timedOut(Duration lockTimeout) {
    return failed(
        "The "
            + database.name()
            + " could not be migrated within "
            + lockTimeout.toMillis()
            + " ms. "
            + asking(tables::holder)
            + ".",
        null);
  }

  RuntimeException explained(SQLException failure) {
    String what = "The system tables of " + database.name() + " could not be prepared: ";
    return switch (SqlFailure.of(failure)) {
      case INSUFFICIENT_PRIVILEGE ->
          failed(
              what + failure.getMessage() + ". Have an owner run: " + asking(tables::grant) + ";",
              failure);
      case CONNECTION_LOST ->
          new DatabaseUnavailableException(
              what + failure.getMessage() + ". Nothing has changed; start again.",
              database.name(),
              failure);
      default -> failed(what + failure.getMessage() + ". Nothing has changed.", failure);
    };
  }

  /** What the database says, as far as it says anything. */
  String asking(SqlFunction<Connection, String> question) {
    try {
      return database.read(question);
    } catch (SQLException unanswered) {
      LOG.debug("Could not find out more about {}", database.name(), unanswered);
      return "Who or what is in the way could not be found out";
    }
  }

  SchemaException failed(String message, @Nullable Throwable cause) {
    return new SchemaException(message, database.name(), cause);
  }
}
