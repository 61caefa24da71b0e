package dev.dbos.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Records what a server is asked to do, from its CSV log, which it writes only during a recording.
 *
 * <p>Two races are closed here. Switching the log on reaches the other sessions by a signal that
 * the postmaster sends before it accepts another connection, so once a new connection sees the
 * setting every session has the signal and observes it before its next statement. And the log
 * reaches the file through a collector, in the order in which the sessions wrote to it, so a marker
 * that this class logs itself proves that everything before it has arrived.
 */
final class StatementLog {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_NANOS = Duration.ofMillis(2).toNanos();

  /** A transaction that wrote only in subtransactions is found through their ids. */
  private static final String WRITING_COMMITS =
      """
      WITH wal AS MATERIALIZED (
        SELECT start_lsn, xid::text AS xid, resource_manager, record_type, description, block_ref
          FROM pg_get_wal_records_info(?::pg_lsn, ?::pg_lsn)),
      writers AS (
        SELECT DISTINCT xid FROM wal WHERE block_ref ~ (
          SELECT 'rel [0-9]+/' || oid || '/' FROM pg_database WHERE datname = ?))
      SELECT xid FROM wal
       WHERE resource_manager = 'Transaction' AND record_type LIKE 'COMMIT%'
         AND (xid IN (SELECT xid FROM writers)
              OR EXISTS (SELECT 1 FROM writers
                          WHERE substring(description from 'subxacts:([ 0-9]*)') || ' '
                                LIKE '% ' || writers.xid || ' %'))
       ORDER BY start_lsn
      """;

  private final TestPostgres server;
  private final Path file;
  private int recordings;

  /** Where a record is known to start, behind which every later recording starts. */
  private long boundary;

  StatementLog(TestPostgres server, Path file) {
    this.server = server;
    this.file = file;
  }

  StatementRecording record(String database, ThrowingRunnable action) throws Exception {
    try (Connection connection = server.connect("postgres");
        Statement control = connection.createStatement()) {
      // So that a commit of this session flushes what asynchronous ones left in memory.
      control.execute("SET synchronous_commit = on");
      switchOn(control);
      try {
        long from = startOfRecording(control);
        String firstLsn = value(control, "SELECT pg_current_wal_insert_lsn()");
        action.run();
        LogReader reader = new LogReader(database, mark(control));
        readUntilMarker(from, reader);
        return new StatementRecording(
            reader.statements(), writingCommits(control, database, firstLsn));
      } finally {
        switchOff(control);
      }
    }
  }

  private synchronized void switchOn(Statement control) throws SQLException {
    if (recordings > 0) {
      recordings++;
      return;
    }
    control.execute("ALTER SYSTEM SET log_statement = 'all'");
    control.execute("ALTER SYSTEM SET log_duration = on");
    control.execute("SELECT pg_reload_conf()");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!server.query("SHOW log_duration").equals("on")) {
      pause(deadline, "The server did not switch its statement log on");
    }
    recordings = 1;
  }

  private synchronized void switchOff(Statement control) throws SQLException {
    recordings--;
    if (recordings == 0) {
      control.execute("ALTER SYSTEM RESET log_statement");
      control.execute("ALTER SYSTEM RESET log_duration");
      control.execute("SELECT pg_reload_conf()");
    }
  }

  private synchronized long startOfRecording(Statement control) throws IOException, SQLException {
    boundary = readUntilMarker(boundary, new LogReader("", mark(control)));
    return boundary;
  }

  private static String mark(Statement control) throws SQLException {
    String marker = UUID.randomUUID().toString();
    value(control, "SELECT '" + marker + "'");
    return marker;
  }

  private static String value(Statement control, String sql) throws SQLException {
    try (ResultSet rows = control.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private long readUntilMarker(long from, LogReader reader) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long position = from;
    while (true) {
      CsvRecords records = new CsvRecords(bytesFrom(position));
      List<String> fields = records.next();
      while (!fields.isEmpty()) {
        if (reader.isMarker(fields)) {
          return position + records.position();
        }
        reader.read(fields);
        fields = records.next();
      }
      position += records.position();
      pause(deadline, "The server's statement log did not arrive");
    }
  }

  private byte[] bytesFrom(long position) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(log.length() - position)];
      log.seek(position);
      log.readFully(bytes);
      return bytes;
    }
  }

  private static void pause(long deadline, String message) {
    if (System.nanoTime() > deadline) {
      throw new AssertionError(message + " within " + PATIENCE);
    }
    LockSupport.parkNanos(POLL_NANOS);
  }

  private static List<Long> writingCommits(Statement control, String database, String firstLsn)
      throws SQLException {
    value(control, "SELECT pg_logical_emit_message(true, 'recording', 'end')");
    String lastLsn = value(control, "SELECT pg_current_wal_flush_lsn()");
    try (PreparedStatement commits = control.getConnection().prepareStatement(WRITING_COMMITS)) {
      commits.setString(1, firstLsn);
      commits.setString(2, lastLsn);
      commits.setString(3, database);
      List<Long> ids = new ArrayList<>();
      try (ResultSet rows = commits.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      return ids;
    }
  }
}
