package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;

/**
 * The floor: what somebody would write with plain JDBC to get the same guarantee. A row for the
 * start, a row for each step (in the transaction, where there is one), an update for the end; each
 * a commit, prepared statements, nothing read.
 */
final class ByHand implements Contender {
  private static final String START =
      "INSERT INTO hand_workflow (id, status, name, inputs, owner, created_at)"
          + " VALUES (?, 'PENDING', ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
  private static final String STEP =
      "INSERT INTO hand_step (workflow_id, step_id, name, output, started_at, completed_at)"
          + " VALUES (?, ?, ?, ?, ?, ?)";
  private static final String END =
      "UPDATE hand_workflow SET status = 'SUCCESS', output = ?, completed_at = ?"
          + " WHERE id = ? AND status = 'PENDING'";

  private final HikariDataSource pool;

  ByHand(String url) throws SQLException {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(parsed.jdbcUrl());
    config.setUsername(parsed.user().orElseThrow());
    config.setPassword(parsed.password().orElseThrow());
    config.setMaximumPoolSize(20);
    this.pool = new HikariDataSource(config);
    try (Connection connection = pool.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE hand_workflow (id text PRIMARY KEY, status text, name text, inputs text,"
              + " output text, owner text, created_at bigint, completed_at bigint)");
      statement.execute(
          "CREATE INDEX hand_pending ON hand_workflow (created_at) WHERE status = 'PENDING'");
      statement.execute(
          "CREATE TABLE hand_step (workflow_id text REFERENCES hand_workflow, step_id int,"
              + " name text, output text, started_at bigint, completed_at bigint,"
              + " PRIMARY KEY (workflow_id, step_id))");
      statement.execute("CREATE TABLE hand_item (workflow_id text, n int)");
    }
  }

  @Override
  public String name() {
    return "by hand (JDBC)";
  }

  @Override
  public void run(Workload workload, String id) throws SQLException {
    start(id);
    for (int n = 0; n < workload.transactions(); n++) {
      transaction(id, n);
    }
    for (int n = 0; n < workload.steps(); n++) {
      try (Connection connection = pool.getConnection()) {
        step(connection, id, n);
      }
    }
    end(id);
  }

  private void start(String id) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement start = connection.prepareStatement(START)) {
      start.setString(1, id);
      start.setString(2, "items");
      start.setString(3, "\"" + id + "\"");
      start.setString(4, UUID.randomUUID().toString());
      start.setLong(5, System.currentTimeMillis());
      start.executeUpdate();
    }
  }

  private void transaction(String id, int n) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO hand_item VALUES (?, ?)")) {
        insert.setString(1, id);
        insert.setInt(2, n);
        insert.executeUpdate();
      }
      step(connection, id, n);
      connection.commit();
    }
  }

  private static void step(Connection connection, String id, int n) throws SQLException {
    try (PreparedStatement step = connection.prepareStatement(STEP)) {
      long now = System.currentTimeMillis();
      step.setString(1, id);
      step.setInt(2, n);
      step.setString(3, "item");
      step.setString(4, "1");
      step.setLong(5, now);
      step.setLong(6, now);
      step.executeUpdate();
    }
  }

  private void end(String id) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement end = connection.prepareStatement(END)) {
      end.setString(1, "1");
      end.setLong(2, System.currentTimeMillis());
      end.setString(3, id);
      end.executeUpdate();
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
