package dev.dbos.internal.sql;

import java.sql.SQLException;
import java.util.Optional;

/** Says what is wrong with an SQLite file. */
final class SqliteFailure {
  private SqliteFailure() {}

  /** Empty when the result code does not tell. */
  static Optional<String> of(SQLException failure) {
    return SqliteCodes.of(failure).flatMap(SqliteFailure::ofCode);
  }

  private static Optional<String> ofCode(int code) {
    return Optional.ofNullable(
        switch (code & SqliteCodes.PRIMARY) {
          case SqliteCodes.NOT_A_DATABASE ->
              "the file is no SQLite database, or it is encrypted. Name another file.";
          case SqliteCodes.CORRUPT ->
              "the file is damaged. Restore a backup, or save what can be read with: sqlite3 FILE"
                  + " .recover";
          case SqliteCodes.READ_ONLY ->
              "the file may only be read. Give the user that runs this program the right to write"
                  + " to it, and to its directory.";
          case SqliteCodes.FULL -> "the disk is full. Free some space.";
          case SqliteCodes.CANNOT_OPEN ->
              "the file cannot be made or opened. Check the rights to it and to its directory.";
          case SqliteCodes.BUSY ->
              "another process has locked the file for too long. End that process, or its"
                  + " transaction.";
          default -> null;
        });
  }
}
