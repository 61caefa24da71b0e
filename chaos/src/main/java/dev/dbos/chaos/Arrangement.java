package dev.dbos.chaos;

import java.util.Locale;

/** Where the databases of a run are. */
public enum Arrangement {
  /**
   * SQLite: the savings bank in the system database's file, the checking bank in one of its own.
   */
  SQLITE,

  /** PostgreSQL: everything in one database. */
  POSTGRES,

  /** PostgreSQL: the system database and a database for each bank. */
  POSTGRES_SEVERAL;

  /** The word for it on a command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
