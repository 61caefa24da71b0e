package dev.dbos.serialization;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import org.jspecify.annotations.Nullable;

/** The {@code SQLException}s of drivers, and the classes of the JDK that stand for them. */
final class SqlErrors {

  /** SQLITE_CONSTRAINT; the extended codes carry their detail in the higher bits. */
  private static final int SQLITE_CONSTRAINT = 19;

  private static final int SQLITE_PRIMARY_CODE = 0xff;

  private SqlErrors() {}

  /** Whether {@link #make} makes this class. */
  static boolean canMake(Class<?> type) {
    if (type == BatchUpdateException.class) {
      return true;
    }
    try {
      return type.getPackageName().equals("java.sql")
          && type.getConstructor(String.class, String.class, int.class, Throwable.class) != null;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /** The class of the JDK that says most about an exception of a driver. */
  static Class<? extends SQLException> standardClass(SQLException error) {
    String state = error.getSQLState() == null ? "" : error.getSQLState();
    if (state.startsWith("23") || isSqliteConstraint(error)) {
      return SQLIntegrityConstraintViolationException.class;
    }
    if (state.equals("57014")) {
      return SQLTimeoutException.class;
    }
    return state.startsWith("40") ? SQLTransactionRollbackException.class : SQLException.class;
  }

  static @Nullable Throwable make(
      Class<?> type,
      @Nullable String reason,
      @Nullable String state,
      int code,
      int[] updateCounts,
      @Nullable Throwable cause)
      throws ReflectiveOperationException {
    if (type == BatchUpdateException.class) {
      return new BatchUpdateException(reason, state, code, updateCounts, cause);
    }
    if (!canMake(type)) {
      return null;
    }
    return (Throwable)
        type.getConstructor(String.class, String.class, int.class, Throwable.class)
            .newInstance(reason, state, code, cause);
  }

  private static boolean isSqliteConstraint(SQLException error) {
    return error.getClass().getName().startsWith("org.sqlite.")
        && (error.getErrorCode() & SQLITE_PRIMARY_CODE) == SQLITE_CONSTRAINT;
  }
}
