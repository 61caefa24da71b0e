package dev.dbos.internal.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
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
  /** The disk is full or failing, so nothing could be written; nothing was committed. */
  STORAGE_FAILED,
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
  /** The server does not let this user in from here, or not without a certificate. */
  ACCESS_REFUSED,
  /** The database named in the URL does not exist. */
  NO_SUCH_DATABASE,
  /** Something already exists, for two starters that create it at once. */
  ALREADY_EXISTS,
  /** Any other SQL error. */
  OTHER,
  /** Not an SQL error at all. */
  NONE;

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
      return first.isRetryable() ? first : kind;
    }
    return kind;
  }

  /** Whether repeating the whole transaction may help. */
  public boolean isRetryable() {
    return this == CONFLICT || isOutage();
  }

  /** Whether the database cannot do its work at present, whatever it is asked for. */
  public boolean isOutage() {
    return this == CONNECTION_LOST || this == STORAGE_FAILED;
  }

  /** Whether the next time may go otherwise, though nothing is changed in between. */
  boolean mayPass() {
    return isRetryable() || this == STATEMENT_TIMEOUT;
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
    return Causes.first(failure, SQLException.class);
  }

  /** Whether the driver gave up waiting for a server that had taken the connection. */
  static boolean isLackOfAnswer(@Nullable SQLException failure) {
    return failure != null && "08001".equals(failure.getSQLState()) && failure.getCause() == null;
  }

  /** Whether the driver found a server that does not encrypt, where it has to. */
  static boolean isLackOfEncryption(@Nullable SQLException failure) {
    return failure != null && "08004".equals(failure.getSQLState());
  }

  private static SqlFailure classify(SQLException failure) {
    return SqliteCodes.of(failure).map(SqlFailure::ofSqlite).orElseGet(() -> ofState(failure));
  }

  private static SqlFailure ofSqlite(int code) {
    return switch (code & SqliteCodes.PRIMARY) {
      case SqliteCodes.BUSY, SqliteCodes.LOCKED -> CONFLICT;
      case SqliteCodes.INTERRUPT -> STATEMENT_TIMEOUT;
      case SqliteCodes.FULL -> STORAGE_FAILED;
      default ->
          switch (code) {
            case SqliteCodes.CONSTRAINT_PRIMARY_KEY, SqliteCodes.CONSTRAINT_UNIQUE ->
                UNIQUE_VIOLATION;
            case SqliteCodes.CONSTRAINT_NOT_NULL -> NOT_NULL_VIOLATION;
            case SqliteCodes.IOERR_WRITE,
                SqliteCodes.IOERR_FSYNC,
                SqliteCodes.IOERR_DIR_FSYNC,
                SqliteCodes.IOERR_TRUNCATE,
                SqliteCodes.IOERR_SHMSIZE ->
                STORAGE_FAILED;
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
      case "53100" -> STORAGE_FAILED;
      case "57014" -> STATEMENT_TIMEOUT;
      case "23505" -> UNIQUE_VIOLATION;
      case "23502" -> NOT_NULL_VIOLATION;
      case "25P02" -> TRANSACTION_ABORTED;
      case "42501" -> INSUFFICIENT_PRIVILEGE;
      case "28P01" -> LOGIN_REFUSED;
      case "28000" -> ACCESS_REFUSED;
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
