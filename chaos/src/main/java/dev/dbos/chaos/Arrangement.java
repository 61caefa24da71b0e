package dev.dbos.chaos;

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
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
