package dev.dbos.internal.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an SQL error means to us. PostgreSQL and CockroachDB are read by SQLSTATE, SQLite by its
 * (extended) result code, since its driver leaves the SQLSTATE empty.
 */
public enum SqlFailure {
  /** A concurrent transaction was in the way; the same transaction may succeed when repeated. */
  CONFLICT,
  /** The connection broke or the server went away. During COMMIT the outcome is unknown. */
  CONNECTION_LOST,
  /** A unique or primary key is taken. */
  UNIQUE_VIOLATION,
  /** A column that must not be null would have been. */
  NOT_NULL_VIOLATION,
  /** A statement ran longer than allowed, or was cancelled. Never repeated. */
  STATEMENT_TIMEOUT,
  /** The transaction was already aborted by an earlier error. */
  TRANSACTION_ABORTED,
  /** The role lacks a right. */
  INSUFFICIENT_PRIVILEGE,
  /** The user name or password was refused. */
  LOGIN_REFUSED,
  /** The database named in the URL does not exist. */
  NO_SUCH_DATABASE,
  /** Something already exists, for two starters that create it at once. */
  ALREADY_EXISTS,
  /** Any other SQL error. */
  OTHER,
  /** Not an SQL error at all. */
  NONE;

  private static final int SQLITE_BUSY = 5;
  private static final int SQLITE_LOCKED = 6;
  private static final int SQLITE_INTERRUPT = 9;
  private static final int SQLITE_CONSTRAINT_NOTNULL = 1299;
  private static final int SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
  private static final int SQLITE_CONSTRAINT_UNIQUE = 2067;
  private static final int PRIMARY_CODE = 0xFF;

  /** Classifies {@code failure} by the first SQL error in its chain of causes. */
  public static SqlFailure of(@Nullable Throwable failure) {
    SQLException sql = sqlException(failure);
    if (sql == null) {
      return NONE;
    }
    SqlFailure kind = classify(sql);
    if (kind == TRANSACTION_ABORTED && sql.getCause() != null) {
      // A body that swallowed a serialization failure still has to be repeated, not refused.
      SqlFailure first = of(sql.getCause());
      return first == CONFLICT || first == CONNECTION_LOST ? first : kind;
    }
    return kind;
  }

  /** Whether repeating the whole transaction may help. */
  public boolean isRetryable() {
    return this == CONFLICT || this == CONNECTION_LOST;
  }

  /**
   * Whether a session could not start because of the settings it asked for, as poolers refuse them.
   */
  static boolean isRefusedSetting(Throwable failure) {
    SQLException sql = sqlException(failure);
    return sql != null
        && "08P01".equals(sql.getSQLState())
        && String.valueOf(sql.getMessage()).contains("unsupported startup parameter");
  }

  /** The first SQL error in the chain of causes, or null. */
  public static @Nullable SQLException sqlException(@Nullable Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable next = failure; next != null && seen.add(next); next = next.getCause()) {
      if (next instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  private static SqlFailure classify(SQLException failure) {
    return SqliteCodes.of(failure).map(SqlFailure::ofSqlite).orElseGet(() -> ofState(failure));
  }

  private static SqlFailure ofSqlite(int code) {
    return switch (code & PRIMARY_CODE) {
      case SQLITE_BUSY, SQLITE_LOCKED -> CONFLICT;
      case SQLITE_INTERRUPT -> STATEMENT_TIMEOUT;
      default ->
          switch (code) {
            case SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE -> UNIQUE_VIOLATION;
            case SQLITE_CONSTRAINT_NOTNULL -> NOT_NULL_VIOLATION;
            default -> OTHER;
          };
    };
  }

  private static SqlFailure ofState(SQLException failure) {
    String state = failure.getSQLState();
    if (state == null) {
      return isBrokenConnection(failure) ? CONNECTION_LOST : OTHER;
    }
    return switch (state) {
      case "40001", "40P01", "55P03" -> CONFLICT;
      case "40003", "57P01", "57P02", "57P03", "57P05", "53300" -> CONNECTION_LOST;
      case "57014" -> STATEMENT_TIMEOUT;
      case "23505" -> UNIQUE_VIOLATION;
      case "23502" -> NOT_NULL_VIOLATION;
      case "25P02" -> TRANSACTION_ABORTED;
      case "42501" -> INSUFFICIENT_PRIVILEGE;
      case "28000", "28P01" -> LOGIN_REFUSED;
      case "3D000" -> NO_SUCH_DATABASE;
      case "42P06", "42P07", "42710" -> ALREADY_EXISTS;
      default -> state.startsWith("08") || isBrokenConnection(failure) ? CONNECTION_LOST : OTHER;
    };
  }

  private static boolean isBrokenConnection(SQLException failure) {
    return failure instanceof SQLRecoverableException
        || failure instanceof SQLNonTransientConnectionException
        || failure instanceof SQLTransientConnectionException
        || failure.getCause() instanceof IOException;
  }
}
