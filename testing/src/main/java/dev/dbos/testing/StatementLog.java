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
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_NANOS = Duration.ofMillis(2).toNanos();

  /** A transaction that wrote only in subtransactions is found through their ids. */
  private static final String WRITING_COMMITS =
      """
      WITH wal AS MATERIALIZED (
        SELECT start_lsn, xid::text AS xid, resource_manager, record_type, description, block_ref
          FROM pg_get_wal_records_info(?::pg_lsn, ?::pg_lsn)),
      writers AS (
        SELECT DISTINCT xid FROM wal WHERE block_ref ~ ('rel [0-9]+/' || ?::text || '/'))
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
    switchOn();
    try {
      long from = startOfRecording();
      String firstLsn = server.query("SELECT pg_current_wal_insert_lsn()");
      action.run();
      String marker = mark();
      LogReader reader = new LogReader(database, marker);
      readUntilMarker(from, reader);
      return new StatementRecording(reader.statements(), writingCommits(database, firstLsn));
    } finally {
      switchOff();
    }
  }

  private synchronized void switchOn() {
    if (recordings++ > 0) {
      return;
    }
    try {
      server.execute("postgres", "ALTER SYSTEM SET log_statement = 'all'");
      server.execute("postgres", "ALTER SYSTEM SET log_duration = on");
      server.execute("postgres", "SELECT pg_reload_conf()");
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!server.query("SHOW log_duration").equals("on")) {
        pause(deadline, "The server did not switch its statement log on");
      }
    } catch (RuntimeException | Error e) {
      recordings--;
      throw e;
    }
  }

  private synchronized void switchOff() {
    if (--recordings == 0) {
      server.execute("postgres", "ALTER SYSTEM RESET log_statement");
      server.execute("postgres", "ALTER SYSTEM RESET log_duration");
      server.execute("postgres", "SELECT pg_reload_conf()");
    }
  }

  private synchronized long startOfRecording() throws IOException {
    boundary = readUntilMarker(boundary, new LogReader("", mark()));
    return boundary;
  }

  private String mark() {
    String marker = UUID.randomUUID().toString();
    server.query("SELECT '" + marker + "'");
    return marker;
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

  private List<Long> writingCommits(String database, String firstLsn) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        PreparedStatement commits = connection.prepareStatement(WRITING_COMMITS)) {
      // A commit of our own: it flushes what sessions with asynchronous commit left in memory.
      statement.execute("SET synchronous_commit = on");
      statement.execute("SELECT pg_logical_emit_message(true, 'recording', 'end')");
      commits.setString(1, firstLsn);
      commits.setString(2, server.query("SELECT pg_current_wal_flush_lsn()"));
      commits.setString(
          3, server.query("SELECT oid FROM pg_database WHERE datname = '" + database + "'"));
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
