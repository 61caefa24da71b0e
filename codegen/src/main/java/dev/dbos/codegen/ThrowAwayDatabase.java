package dev.dbos.codegen;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** An empty database that lives as long as it is needed to read its tables, and no longer. */
public interface ThrowAwayDatabase extends AutoCloseable {

  /** Opens a connection to it, with auto-commit on. */
  Connection connect() throws SQLException;

  /** Stops and removes it. */
  @Override
  void close() throws IOException;

  /** The databases there are. */
  enum Kind {
    /** A file in the directory for temporary files. */
    SQLITE("org.jooq.meta.sqlite.SQLiteDatabase") {
      @Override
      public ThrowAwayDatabase start() throws IOException {
        return new SqliteFile(Files.createTempDirectory("dbos-codegen"));
      }
    },
    /** A server started for the occasion, from the binaries that come with this module. */
    POSTGRESQL("org.jooq.meta.postgres.PostgresDatabase") {
      @Override
      public ThrowAwayDatabase start() throws IOException {
        return new PostgresServer(
            EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(2)).start());
      }
    };

    private final String metaDatabase;

    Kind(String metaDatabase) {
      this.metaDatabase = metaDatabase;
    }

    /** Makes an empty one. */
    public abstract ThrowAwayDatabase start() throws IOException;

    /** The class by which jOOQ reads its tables. */
    String metaDatabase() {
      return metaDatabase;
    }
  }

  /** A SQLite database in a directory of its own. */
  record SqliteFile(Path directory) implements ThrowAwayDatabase {
    @Override
    public Connection connect() throws SQLException {
      return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("tables.sqlite"));
    }

    @Override
    public void close() throws IOException {
      List<Path> all;
      try (Stream<Path> files = Files.walk(directory)) {
        all = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : all) {
        Files.delete(each);
      }
    }
  }

  /** The standard database of an embedded PostgreSQL server. */
  record PostgresServer(EmbeddedPostgres server) implements ThrowAwayDatabase {
    @Override
    public Connection connect() throws SQLException {
      return server.getPostgresDatabase().getConnection();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
