package dev.dbos.internal.sql;

import dev.dbos.datasource.IsolationLevel;
import dev.dbos.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** What differs between the database products; also the one place for their SQL in strings. */
public sealed interface Dialect {
  /** The products that speak PostgreSQL's protocol and SQL. */
  enum Flavor {
    POSTGRESQL,
    /** Without advisory locks, notifications and triggers; every commit may meet a conflict. */
    COCKROACHDB
  }

  /** PostgreSQL, and CockroachDB within what both understand. */
  record Postgres(Flavor flavor) implements Dialect {
    /** Sends notifications: two arrays, the channels and the payloads. */
    public static final String NOTIFY =
        "SELECT pg_notify(channel, payload) FROM unnest(?, ?) AS sent(channel, payload)";

    /** The channels that the session listens on. */
    public static final String LISTENING_CHANNELS = "SELECT pg_listening_channels()";

    /** The time of the server, epoch ms, when the statement runs. */
    public static final String NOW_MILLIS =
        "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";

    /** PostgreSQL itself. */
    public Postgres() {
      this(Flavor.POSTGRESQL);
    }

    /** Has the session told of what is sent on a channel. */
    public static String listen(String channel) {
      return "LISTEN " + channel;
    }

    /** Whether it is CockroachDB. */
    public boolean isCockroach() {
      return flavor == Flavor.COCKROACHDB;
    }

    @Override
    public SQLDialect jooq() {
      return SQLDialect.POSTGRES;
    }

    @Override
    public Optional<String> setTransaction(IsolationLevel isolation, boolean readOnly) {
      String level = isolation.name().replace('_', ' ');
      String access = readOnly ? " READ ONLY" : "";
      return Optional.of("SET TRANSACTION ISOLATION LEVEL " + level + access);
    }

    @Override
    public Optional<String> limitStatements(Duration timeout) {
      return Optional.of("SET LOCAL statement_timeout = " + timeout.toMillis());
    }

    @Override
    public Condition contains(Field<JSONB> document, Map<String, ?> object, String json) {
      return DSL.condition("{0} @> {1}", document, DSL.val(JSONB.jsonb(json)));
    }

    @Override
    public DatabaseIdentity identify(Connection connection) throws SQLException {
      if (isCockroach()) {
        return new DatabaseIdentity.Unidentified();
      }
      String query =
          "SELECT c.system_identifier, d.oid::bigint FROM pg_control_system() c, pg_database d"
              + " WHERE d.datname = current_database()";
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        row.next();
        return new DatabaseIdentity.PostgresDatabase(row.getLong(1), row.getLong(2));
      } catch (SQLException failure) {
        if (SqlFailure.of(failure).mayPass()) {
          // Were it taken for another database now and not by the next process, that would look for
          // the results of this one in the wrong table.
          throw failure;
        }
        // A managed or wire-compatible server may hide it, always: then it counts as another
        // database, which costs a commit and is never wrong.
        return new DatabaseIdentity.Unidentified();
      }
    }
  }

  /** SQLite through its native driver. */
  record Sqlite() implements Dialect {
    /** A number that differs as soon as another connection has changed the file. */
    public static final String DATA_VERSION = "PRAGMA data_version";

    @Override
    public SQLDialect jooq() {
      return SQLDialect.SQLITE;
    }

    @Override
    public Optional<String> setTransaction(IsolationLevel isolation, boolean readOnly) {
      return Optional.empty();
    }

    @Override
    public Optional<String> limitStatements(Duration timeout) {
      return Optional.empty();
    }

    @Override
    public Condition contains(Field<JSONB> document, Map<String, ?> object, String json) {
      return SqliteJson.contains(document, object);
    }

    @Override
    public DatabaseIdentity identify(Connection connection) throws SQLException {
      return mainFile(connection)
          .<DatabaseIdentity>map(DatabaseIdentity.SqliteFile::new)
          .orElseGet(DatabaseIdentity.Unidentified::new);
    }

    /** The real path of the main database file; empty when it lives in memory. */
    static Optional<Path> mainFile(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("PRAGMA database_list")) {
        while (row.next()) {
          String file = row.getString("file");
          if (row.getString("name").equals("main") && file != null && !file.isEmpty()) {
            return Optional.of(realPath(Path.of(file)));
          }
        }
        return Optional.empty();
      }
    }

    private static Path realPath(Path file) {
      try {
        return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
      } catch (IOException unreadable) {
        return file.toAbsolutePath().normalize();
      }
    }
  }

  /** The dialect jOOQ renders for. */
  SQLDialect jooq();

  /** The statement that opens a transaction with these characteristics, where one is needed. */
  Optional<String> setTransaction(IsolationLevel isolation, boolean readOnly);

  /** The statement that limits each following one of the open transaction, where there is one. */
  Optional<String> limitStatements(Duration timeout);

  /** Whether a JSON column contains an object, given also as text. */
  Condition contains(Field<JSONB> document, Map<String, ?> object, String json);

  /** Which physical database {@code connection} reaches. */
  DatabaseIdentity identify(Connection connection) throws SQLException;

  /** The dialect of the product {@code connection} reaches. */
  static Dialect of(Connection connection) throws SQLException {
    Optional<PostgresServer> server = PostgresServer.at(connection);
    return server.isPresent() ? server.get().dialect() : ofOther(connection.getMetaData());
  }

  private static Dialect ofOther(DatabaseMetaData server) throws SQLException {
    if (server.getDatabaseProductName().toLowerCase(Locale.ROOT).contains("sqlite")) {
      return new Sqlite();
    }
    throw new ConfigurationException(
        "The data source connects to "
            + server.getDatabaseProductName()
            + "; only PostgreSQL, CockroachDB and SQLite are supported.",
        null);
  }
}
