package dev.dbos.internal.sql;

import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads SQLite result codes without requiring the SQLite driver to be present. */
final class SqliteCodes {
  static final int BUSY = 5;
  static final int LOCKED = 6;
  static final int READ_ONLY = 8;
  static final int INTERRUPT = 9;
  static final int CORRUPT = 11;
  static final int FULL = 13;
  static final int CANNOT_OPEN = 14;
  static final int NOT_A_DATABASE = 26;
  static final int IOERR_WRITE = 778;
  static final int IOERR_FSYNC = 1034;
  static final int IOERR_DIR_FSYNC = 1290;
  static final int IOERR_TRUNCATE = 1546;
  static final int IOERR_SHMSIZE = 4874;
  static final int CONSTRAINT_NOT_NULL = 1299;
  static final int CONSTRAINT_PRIMARY_KEY = 1555;
  static final int CONSTRAINT_UNIQUE = 2067;

  /** What is left of an extended code is the general one. */
  static final int PRIMARY = 0xFF;

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
