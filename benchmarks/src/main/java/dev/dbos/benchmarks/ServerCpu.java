package dev.dbos.benchmarks;

import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The processor time that a PostgreSQL server has used, from Linux' {@code /proc/<pid>/stat}: the
 * sum over its processes, those that have ended included. 0 elsewhere, and for no server.
 */
final class ServerCpu {
  /** A server that is not a process of its own. */
  static final ServerCpu NONE = new ServerCpu(-1);

  /** Linux counts in hundredths of a second for every architecture. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final int USER_TIME = 11;

  private final long postmaster;
  private final Map<Long, Long> ticks = new HashMap<>();

  private ServerCpu(long postmaster) {
    this.postmaster = postmaster;
  }

  /** That of a server. */
  static ServerCpu of(TestPostgres server) throws SQLException, IOException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW data_directory")) {
      row.next();
      return of(Path.of(row.getString(1)));
    }
  }

  private static ServerCpu of(Path dataDirectory) throws IOException {
    List<String> file = Files.readAllLines(dataDirectory.resolve("postmaster.pid"));
    return new ServerCpu(Long.parseLong(file.getFirst().trim()));
  }

  /** So far, ns; exact to a hundredth of a second for each process. */
  synchronized long nanos() {
    ProcessHandle.of(postmaster)
        .ifPresent(
            server -> {
              note(server.pid());
              server.descendants().forEach(process -> note(process.pid()));
            });
    return ticks.values().stream().mapToLong(Long::longValue).sum() * NANOS_PER_TICK;
  }

  private void note(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The second field is the program's name in parentheses and may contain blanks.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      ticks.put(pid, Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]));
    } catch (IOException ended) {
      // What it had used by the last look stays counted.
      ticks.putIfAbsent(pid, 0L);
    }
  }
}
