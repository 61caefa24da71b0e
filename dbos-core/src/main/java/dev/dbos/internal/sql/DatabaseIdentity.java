package dev.dbos.internal.sql;

import java.nio.file.Path;

/** Which physical database a connection reaches, however it was addressed. */
public sealed interface DatabaseIdentity {
  /** A database of a PostgreSQL cluster, known by the cluster's own identifier. */
  record PostgresDatabase(long clusterIdentifier, long databaseOid) implements DatabaseIdentity {}

  /** An SQLite file by its real path. */
  record SqliteFile(Path realPath) implements DatabaseIdentity {}

  /** One that cannot be identified, or a private in-memory database: equal only to itself. */
  final class Unidentified implements DatabaseIdentity {}
}
