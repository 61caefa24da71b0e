package dev.dbos.benchmarks;

import dev.dbos.datasource.DatabaseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;

/** The floor on SQLite: one connection behind a fair lock, one commit for each thing to record. */
final class ByHandOnSqlite implements Contender {
  private final String url;
  private final Connection connection;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final PreparedStatement start;
  private final PreparedStatement item;
  private final PreparedStatement step;
  private final PreparedStatement end;

  private ByHandOnSqlite(String url) throws SQLException {
    this.url = url;
    this.connection = DriverManager.getConnection(DatabaseUrl.parse(url).jdbcUrl());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA foreign_keys = ON");
      statement.execute(
          "CREATE TABLE hand_workflow (id text PRIMARY KEY, status text, inputs text, output text,"
              + " created_at integer, completed_at integer)");
      statement.execute(
          "CREATE TABLE hand_step (workflow_id text REFERENCES hand_workflow, step_id integer,"
              + " name text, output text, completed_at integer,"
              + " PRIMARY KEY (workflow_id, step_id))");
      statement.execute("CREATE TABLE hand_item (workflow_id text, n integer)");
    }
    start =
        connection.prepareStatement(
            "INSERT INTO hand_workflow (id, status, inputs, created_at)"
                + " VALUES (?1, 'PENDING', ?1, ?2) ON CONFLICT DO NOTHING");
    item = connection.prepareStatement("INSERT INTO hand_item VALUES (?1, ?2)");
    step = connection.prepareStatement("INSERT INTO hand_step VALUES (?1, ?2, 'item', '1', ?3)");
    end =
        connection.prepareStatement(
            "UPDATE hand_workflow SET status = 'SUCCESS', output = '1', completed_at = ?2"
                + " WHERE id = ?1 AND status = 'PENDING'");
  }

  static Contender open(String systemUrl, String applicationUrl) throws SQLException {
    return new ByHandOnSqlite(systemUrl);
  }

  @Override
  public void run(Workload workload, String id) throws SQLException {
    commit(() -> execute(start, id));
    for (int n = 0; n < workload.transactions(); n++) {
      int number = n;
      commit(
          () -> {
            item.setString(1, id);
            item.setInt(2, number);
            item.executeUpdate();
            record(id, number);
          });
    }
    for (int n = 0; n < workload.steps(); n++) {
      int number = n;
      commit(() -> record(id, number));
    }
    commit(() -> execute(end, id));
  }

  /** Something to do in a transaction. */
  @FunctionalInterface
  private interface Work {
    void run() throws SQLException;
  }

  private void commit(Work work) throws SQLException {
    lock.lock();
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      work.run();
      statement.execute("COMMIT");
    } finally {
      lock.unlock();
    }
  }

  private static void execute(PreparedStatement statement, String id) throws SQLException {
    statement.setString(1, id);
    statement.setLong(2, System.currentTimeMillis());
    statement.executeUpdate();
  }

  private void record(String id, int n) throws SQLException {
    step.setString(1, id);
    step.setInt(2, n);
    step.setLong(3, System.currentTimeMillis());
    step.executeUpdate();
  }

  @Override
  public Tally tally() throws SQLException {
    return Tally.of(
        url,
        "SELECT count(*) FROM hand_workflow WHERE status = 'SUCCESS'",
        url,
        "SELECT count(*) FROM hand_item");
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
