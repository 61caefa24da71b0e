package dev.dbos.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL server that runs beside the tests, of a version that comes with the build.
 *
 * <p>It listens on the loopback interface and asks every connection for a password. Tests get apart
 * by each using a database of its own ({@link #createDatabase()}). Safe for use by several threads.
 */
public final class TestPostgres implements AutoCloseable {
  private static final String SUPERUSER = "postgres";
  private static final String PASSWORD = "postgres";

  private final EmbeddedPostgres server;
  private final StatementLog log;
  private final Path dataDirectory;
  private final AtomicInteger names = new AtomicInteger();

  private TestPostgres(EmbeddedPostgres server, List<String> access) {
    this.server = server;
    this.dataDirectory = ServerDoors.close(server, PASSWORD, access);
    this.log = new StatementLog(this, dataDirectory.resolve("log/statements.csv"));
  }

  /**
   * The server that all tests of this JVM share: started by the first call, stopped when the JVM
   * ends, with the defaults of {@link #builder()}. Not to be closed.
   *
   * @return always the same
   */
  public static TestPostgres shared() {
    return Shared.SERVER;
  }

  /**
   * A server of one test's own.
   *
   * @return a builder for it
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The port on the loopback interface.
   *
   * @return the port
   */
  public int port() {
    return server.getPort();
  }

  /**
   * Creates an empty database.
   *
   * @return its name, which this server has not used before and which needs no quoting
   */
  public String createDatabase() {
    String name = "test_" + names.incrementAndGet();
    // The usual strategy writes all of the template to the log, which takes longer.
    execute(SUPERUSER, "CREATE DATABASE " + name + " STRATEGY FILE_COPY");
    return name;
  }

  /**
   * Ends the sessions in a database and deletes it. One that is not deleted takes 8 MB, of the
   * memory where the server is not {@linkplain Builder#durable durable}, until the server stops.
   *
   * @param database its name
   * @throws IllegalStateException if there is none of this name
   */
  public void dropDatabase(String database) {
    execute(SUPERUSER, "DROP DATABASE " + database + " WITH (FORCE)");
  }

  /**
   * Creates a login that may do in a database what everybody may.
   *
   * @return its name and password
   */
  public PostgresRole createRole() {
    int number = names.incrementAndGet();
    PostgresRole role = new PostgresRole("role_" + number, "word_" + number);
    execute(SUPERUSER, "CREATE ROLE " + role.name() + " LOGIN PASSWORD '" + role.password() + "'");
    return role;
  }

  /**
   * Where the superuser finds a database.
   *
   * @param database its name
   * @return {@code postgresql://user:password@localhost:port/database}
   */
  public String url(String database) {
    return url(database, port());
  }

  /**
   * Where a role finds a database.
   *
   * @param database its name
   * @param role who connects
   * @return {@code postgresql://user:password@localhost:port/database}
   */
  public String url(String database, PostgresRole role) {
    return url(database, role.name(), role.password(), port());
  }

  /**
   * Where the superuser finds a database through a proxy in front of this server.
   *
   * @param database its name
   * @param proxy the proxy
   * @return {@code postgresql://user:password@localhost:port/database}
   */
  public String url(String database, TcpProxy proxy) {
    return url(database, proxy.port());
  }

  /**
   * Puts a proxy in front of this server.
   *
   * @return a proxy that forwards everything
   */
  public TcpProxy proxy() {
    return TcpProxy.to("localhost", port());
  }

  /**
   * Connects as the superuser, in autocommit mode.
   *
   * @param database the database's name
   * @return a new connection
   * @throws SQLException if the server does not let it in
   */
  public Connection connect(String database) throws SQLException {
    return connect(database, "fixture");
  }

  /**
   * Connects as the superuser, in autocommit mode, under a name that {@link #record} and {@link
   * #terminateBackends} know it by.
   *
   * @param database the database's name
   * @param applicationName the session's {@code application_name}
   * @return a new connection
   * @throws SQLException if the server does not let it in
   */
  public Connection connect(String database, String applicationName) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", SUPERUSER);
    properties.setProperty("password", PASSWORD);
    properties.setProperty("ApplicationName", applicationName);
    // Otherwise it is the one that the pool which was made last has set for the whole JVM.
    properties.setProperty("loginTimeout", "60");
    return DriverManager.getConnection(jdbcUrl(port(), database), properties);
  }

  /**
   * Runs one statement as the superuser, on a connection of its own.
   *
   * @param database the database's name
   * @param sql the statement
   * @throws IllegalStateException if it fails
   */
  public void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("In database " + database + ": " + e.getMessage(), e);
    }
  }

  /**
   * Runs a piece of a test and collects what the server is asked to do in one database meanwhile,
   * by whomever. The server writes its log only during recordings; several may run at once.
   *
   * @param database the database's name
   * @param action the piece of the test; what it leaves running in the background is recorded up to
   *     its end
   * @return the statements and commits
   * @throws Exception what the action throws
   */
  public StatementRecording record(String database, ThrowingRunnable action) throws Exception {
    return log.record(database, action);
  }

  /**
   * {@link #record Records} a piece of a test and keeps the texts alone.
   *
   * @param database the database's name
   * @param action the piece of the test
   * @return the text of every statement, in order, BEGIN and COMMIT among them
   * @throws Exception what the action throws
   */
  public List<String> statementsDuring(String database, ThrowingRunnable action) throws Exception {
    return record(database, action).texts();
  }

  /**
   * Counts the commits in a database since it was created, from the server's statistics. Those are
   * exact about sessions that have ended, while an idle session may report its last commits as late
   * as ten seconds after them; {@link #record} is exact at once.
   *
   * @param database the database's name
   * @return the commits, read-only ones included
   */
  public long commits(String database) {
    return Long.parseLong(
        query("SELECT xact_commit FROM pg_stat_database WHERE datname = '" + database + "'"));
  }

  /**
   * Ends the sessions of an application from the server's side, as an administrator or a failover
   * would.
   *
   * @param database the database's name
   * @param applicationName the {@code application_name} of the sessions
   * @return how many sessions were ended
   */
  public int terminateBackends(String database, String applicationName) {
    // The second argument makes the server wait until the session is gone.
    String sql =
        """
        SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))
          FROM pg_stat_activity WHERE datname = ? AND application_name = ?
        """;
    try (Connection connection = connect(SUPERUSER);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, database);
      statement.setString(2, applicationName);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          "Could not end the sessions of " + applicationName + ": " + e.getMessage(), e);
    }
  }

  /**
   * Shuts the server down at once, as if it had crashed: all sessions break, and what was not
   * committed is lost. Not for the shared server.
   *
   * @return what starts it again when it is closed
   */
  public ServerCrash crash() {
    return ServerCrash.of(dataDirectory);
  }

  /** Stops the server and deletes its data. The shared one is stopped with the JVM instead. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One value, asked for outside the databases that tests use. */
  String query(String sql) {
    try (Connection connection = connect(SUPERUSER);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new IllegalStateException("No row from: " + sql);
      }
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static String url(String database, int port) {
    return url(database, SUPERUSER, PASSWORD, port);
  }

  private static String url(String database, String user, String password, int port) {
    return "postgresql://" + user + ":" + password + "@localhost:" + port + "/" + database;
  }

  private static String jdbcUrl(int port, String database) {
    return "jdbc:postgresql://localhost:" + port + "/" + database;
  }

  private static final class Shared {
    static final TestPostgres SERVER = builder().start();
  }

  /**
   * Options of a server. By default it takes up to 300 connections, and keeps its promises through
   * the death of its processes but not through power loss, which saves the time of flushing.
   */
  public static final class Builder {
    private static final Duration START_UP = Duration.ofMinutes(2);

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> access = new ArrayList<>();

    private Builder() {
      settings.put("max_connections", "300");
      settings.put("synchronous_commit", "on");
      settings.put("lc_messages", "C");
      settings.put("logging_collector", "on");
      settings.put("log_destination", "csvlog");
      settings.put("log_directory", "log");
      settings.put("log_filename", "statements");
      settings.put("log_rotation_age", "0");
      settings.put("log_rotation_size", "0");
    }

    /**
     * Makes commits survive power loss, as the server does by default where it is not used for
     * tests: each one waits for the disk.
     *
     * @return this builder
     */
    public Builder durable() {
      return setting("fsync", "on").setting("synchronous_commit", "on");
    }

    /**
     * Sets one of the server's configuration parameters.
     *
     * @param name the parameter's name
     * @param value its value as on the server's command line, without spaces
     * @return this builder
     */
    public Builder setting(String name, String value) {
      settings.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Lets clients encrypt their connections, and asks them for no certificate.
     *
     * @param identity what the server shows
     * @param clientAuthority who signs the certificates of clients
     * @return this builder
     */
    public Builder tls(TestCertificates.Identity identity, TestCertificates clientAuthority) {
      return setting("ssl", "on")
          .setting("ssl_cert_file", identity.certificate().toString())
          .setting("ssl_key_file", identity.pemKey().toString())
          .setting("ssl_ca_file", clientAuthority.certificate().toString());
    }

    /**
     * Adds rules to {@code pg_hba.conf}, before the one that asks everybody for a password.
     *
     * @param rules lines of that file
     * @return this builder
     */
    public Builder access(String... rules) {
      access.addAll(List.of(rules));
      return this;
    }

    /**
     * Starts the server; it is stopped at the latest with the JVM.
     *
     * @return the running server
     * @throws UncheckedIOException if it does not start
     */
    public TestPostgres start() {
      EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setPGStartupWait(START_UP);
      settings.forEach(builder::setServerConfig);
      builder.setOverrideWorkingDirectory(workingDirectory());
      if (!"on".equals(settings.get("fsync"))) {
        DataDirectory.inMemory().ifPresent(builder::setDataDirectory);
      }
      try {
        return new TestPostgres(builder.start(), access);
      } catch (IOException e) {
        throw new UncheckedIOException("PostgreSQL did not start: " + e.getMessage(), e);
      }
    }

    /** One for each user of the machine, who could not write to another one's. */
    private static File workingDirectory() {
      return new File(
          System.getProperty("java.io.tmpdir"), "dbos-postgres-" + System.getProperty("user.name"));
    }
  }
}
