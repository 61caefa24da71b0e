package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** The least there is: a row that is inserted, claimed in batches of 100, and marked as done. */
final class QueueByHand implements QueueContender {
  private static final String CLAIM =
      "UPDATE hand_queue SET status = 'PENDING' WHERE id IN (SELECT id FROM hand_queue"
          + " WHERE status = 'ENQUEUED' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id";

  private final HikariDataSource pool;
  private final Semaphore signal = new Semaphore(0);
  private final Thread worker;
  private volatile Consumer<String> told = id -> {};
  private volatile boolean closed;

  private QueueByHand(String url) throws SQLException {
    this.pool = Pools.open(url);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE hand_queue (id text PRIMARY KEY, status text, at bigserial);"
              + "CREATE INDEX hand_queue_waits ON hand_queue (at) WHERE status = 'ENQUEUED'");
    }
    this.worker = new Thread(this::work, "by hand");
    worker.setDaemon(true);
    worker.start();
  }

  static QueueContender open(String url) throws SQLException {
    return new QueueByHand(url);
  }

  private void work() {
    try (Connection connection = pool.getConnection();
        PreparedStatement claim = connection.prepareStatement(CLAIM);
        PreparedStatement end =
            connection.prepareStatement(
                "UPDATE hand_queue SET status = 'SUCCESS' WHERE id = ANY (?)")) {
      while (!closed) {
        List<String> ids = new ArrayList<>();
        try (ResultSet rows = claim.executeQuery()) {
          while (rows.next()) {
            ids.add(rows.getString(1));
          }
        }
        if (ids.isEmpty()) {
          signal.acquire();
          signal.drainPermits();
          continue;
        }
        ids.forEach(told);
        Array array = connection.createArrayOf("text", ids.toArray());
        end.setArray(1, array);
        end.executeUpdate();
      }
    } catch (SQLException failure) {
      if (!closed) {
        throw new IllegalStateException(failure);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String name() {
    return "by hand";
  }

  @Override
  public void enqueue(String id) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO hand_queue (id, status) VALUES (?, 'ENQUEUED')")) {
      insert.setString(1, id);
      insert.executeUpdate();
    }
    signal.release();
  }

  @Override
  public String unfinished() {
    return "SELECT count(*) FROM hand_queue WHERE status <> 'SUCCESS'";
  }

  @Override
  public Optional<String> finished() {
    return Optional.of("SELECT count(*) FROM hand_queue WHERE status = 'SUCCESS'");
  }

  @Override
  public void whenBegun(Consumer<String> listener) {
    told = listener;
  }

  @Override
  public void close() {
    closed = true;
    worker.interrupt();
    pool.close();
  }
}
