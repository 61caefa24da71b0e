package dev.dbos.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A PgBouncer in front of a {@link TestPostgres}, in a process of its own on the loopback
 * interface. It asks for passwords, which are the server's. The program has to be installed.
 */
public final class TestPgBouncer implements AutoCloseable {
  /** How long a client keeps a server. */
  public enum Mode {
    /** For one transaction. */
    TRANSACTION,
    /** For as long as it is connected. */
    SESSION
  }

  private static final List<String> PLACES =
      List.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin");

  private static final String SUPERUSER = "postgres";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestPostgres server;
  private final Path directory;
  private final int port;
  private final Process process;

  private TestPgBouncer(TestPostgres server, Path directory, int port, Process process) {
    this.server = server;
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /**
   * Whether there is one to start.
   *
   * @return true if the program is installed in a usual place or on the path
   */
  public static boolean isInstalled() {
    return program().isPresent();
  }

  /**
   * Prepares one.
   *
   * @param server where it leads to
   * @return a builder of one that pools transactions
   */
  public static Builder builder(TestPostgres server) {
    return new Builder(server);
  }

  /**
   * Where it listens.
   *
   * @return the port on the loopback interface
   */
  public int port() {
    return port;
  }

  /**
   * Where the superuser finds a database through it.
   *
   * @param database its name
   * @return {@code postgresql://user:password@localhost:port/database}
   */
  public String url(String database) {
    return server.url(database).replace(":" + server.port() + "/", ":" + port + "/");
  }

  /**
   * Where a role finds a database through it.
   *
   * @param database its name
   * @param role one that the builder knew
   * @return {@code postgresql://user:password@localhost:port/database}
   */
  public String url(String database, PostgresRole role) {
    return server.url(database, role).replace(":" + server.port() + "/", ":" + port + "/");
  }

  /** Stops it, which breaks every connection. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> program() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.concat(Stream.of(path.split(File.pathSeparator)), PLACES.stream())
        .map(directory -> Path.of(directory, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Options of one. */
  public static final class Builder {
    private final TestPostgres server;
    private final List<PostgresRole> roles = new ArrayList<>();
    private final List<String> settings = new ArrayList<>();
    private Mode mode = Mode.TRANSACTION;

    private Builder(TestPostgres server) {
      this.server = server;
      roles.add(new PostgresRole(SUPERUSER, SUPERUSER));
    }

    /**
     * Sets how long clients keep servers; otherwise for a transaction.
     *
     * @param poolMode the mode
     * @return this builder
     */
    public Builder mode(Mode poolMode) {
      this.mode = poolMode;
      return this;
    }

    /**
     * Lets another role in besides the superuser.
     *
     * @param role who
     * @return this builder
     */
    public Builder role(PostgresRole role) {
      roles.add(role);
      return this;
    }

    /**
     * Sets one of its configuration parameters.
     *
     * @param name the parameter's name
     * @param value its value
     * @return this builder
     */
    public Builder setting(String name, String value) {
      settings.add(name + " = " + value);
      return this;
    }

    /**
     * Starts it.
     *
     * @return the running pooler
     * @throws UncheckedIOException if it cannot be started
     * @throws IllegalStateException if it is not installed, or does not come up
     */
    public TestPgBouncer start() {
      Path program =
          program().orElseThrow(() -> new IllegalStateException("PgBouncer is not installed"));
      try {
        Path directory = Files.createTempDirectory("dbos-pgbouncer-");
        int port = freePort();
        Files.writeString(directory.resolve("userlist.txt"), users());
        Path configuration =
            Files.writeString(directory.resolve("pgbouncer.ini"), ini(directory, port));
        makeReadable(directory);
        Process process = process(program, configuration).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        TestPgBouncer started = new TestPgBouncer(server, directory, port, process);
        started.awaitReady();
        return started;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** It refuses to run as root, who may become somebody else. */
    private static ProcessBuilder process(Path program, Path configuration) {
      List<String> command = new ArrayList<>(List.of(program.toString(), "-q"));
      if ("root".equals(System.getProperty("user.name"))) {
        command.addAll(List.of("-u", "nobody"));
      }
      command.add(configuration.toString());
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(configuration.resolveSibling("output.log").toFile());
    }

    private String users() {
      StringBuilder lines = new StringBuilder();
      for (PostgresRole role : roles) {
        lines.append("\"%s\" \"%s\"%n".formatted(role.name(), role.password()));
      }
      return lines.toString();
    }

    private String ini(Path directory, int port) {
      String fixed =
          """
          [databases]
          * = host=127.0.0.1 port=%d

          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %s
          pool_mode = %s
          max_client_conn = 500
          default_pool_size = 20
          """
              .formatted(
                  server.port(),
                  port,
                  directory.resolve("userlist.txt"),
                  mode == Mode.TRANSACTION ? "transaction" : "session");
      return fixed + String.join("\n", settings) + "\n";
    }

    private static void makeReadable(Path directory) throws IOException {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }
  }

  private void awaitReady() {
    Properties properties = new Properties();
    properties.setProperty("user", SUPERUSER);
    properties.setProperty("password", SUPERUSER);
    String url = "jdbc:postgresql://localhost:" + port + "/" + SUPERUSER;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    SQLException last = null;
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (Connection connection = DriverManager.getConnection(url, properties)) {
        if (connection.isValid(1)) {
          return;
        }
      } catch (SQLException notYet) {
        last = notYet;
      }
    }
    String output = output();
    close();
    throw new IllegalStateException("PgBouncer did not come up:\n" + output, last);
  }

  private String output() {
    try {
      return Files.readString(directory.resolve("output.log"));
    } catch (IOException e) {
      return "nothing to read: " + e.getMessage();
    }
  }
}
