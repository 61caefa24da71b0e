package dev.dbos.internal.sql;

import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads SQLite result codes without requiring the SQLite driver to be present. */
final class SqliteCodes {
  private SqliteCodes() {}

  private static final boolean DRIVER_PRESENT = driverPresent();

  /** The extended result code when {@code failure} comes from SQLite. */
  static Optional<Integer> of(SQLException failure) {
    if (!DRIVER_PRESENT) {
      return Optional.empty();
    }
    OptionalInt code = Codes.of(failure);
    return code.isPresent() ? Optional.of(code.getAsInt()) : Optional.empty();
  }

  private static boolean driverPresent() {
    try {
      Class.forName("org.sqlite.SQLiteException", false, SqliteCodes.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException missing) {
      return false;
    }
  }

  /** Kept apart so that the driver's classes are linked only when they are there. */
  private static final class Codes {
    static OptionalInt of(SQLException failure) {
      return failure instanceof org.sqlite.SQLiteException sqlite
          ? OptionalInt.of(sqlite.getResultCode().code)
          : OptionalInt.empty();
    }
  }
}
