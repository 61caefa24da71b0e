package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * The floor: what somebody would write with plain JDBC to get the same guarantee. A row for the
 * start, a row for each step (in the transaction, where there is one), an update for the end; each
 * a commit, prepared statements, nothing read.
 */
final class ByHand implements Contender {
  private static final List<String> SYSTEM_TABLES =
      List.of(
          "CREATE TABLE hand_workflow (id text PRIMARY KEY, status text, name text, inputs text,"
              + " output text, owner text, created_at bigint, completed_at bigint)",
          "CREATE INDEX hand_pending ON hand_workflow (created_at) WHERE status = 'PENDING'");
  private static final List<String> APPLICATION_TABLES =
      List.of(
          "CREATE TABLE hand_step (workflow_id text, step_id int, name text, output text,"
              + " started_at bigint, completed_at bigint, PRIMARY KEY (workflow_id, step_id))",
          "CREATE TABLE hand_item (workflow_id text, n int)");
  private static final String FOREIGN_KEY =
      "ALTER TABLE hand_step ADD FOREIGN KEY (workflow_id) REFERENCES hand_workflow";
  private static final String START =
      "INSERT INTO hand_workflow (id, status, name, inputs, owner, created_at)"
          + " VALUES (?, 'PENDING', ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
  private static final String STEP =
      "INSERT INTO hand_step (workflow_id, step_id, name, output, started_at, completed_at)"
          + " VALUES (?, ?, ?, ?, ?, ?)";
  private static final String ITEM = "INSERT INTO hand_item VALUES (?, ?)";
  private static final String END =
      "UPDATE hand_workflow SET status = 'SUCCESS', output = ?, completed_at = ?"
          + " WHERE id = ? AND status = 'PENDING'";

  private final String systemUrl;
  private final String applicationUrl;
  private final HikariDataSource system;
  private final HikariDataSource application;
  private final boolean whole;
  private final Body body;

  /** What one transaction does. */
  @FunctionalInterface
  private interface Body {
    void transaction(Connection connection, String id, int n) throws SQLException;
  }

  private ByHand(String systemUrl, String applicationUrl, boolean whole, Body body)
      throws SQLException {
    this.systemUrl = systemUrl;
    this.applicationUrl = applicationUrl;
    boolean one = systemUrl.equals(applicationUrl);
    this.system = Pools.open(systemUrl);
    this.application = one ? system : Pools.open(applicationUrl);
    this.whole = whole;
    this.body = body;
    execute(system, SYSTEM_TABLES);
    execute(application, APPLICATION_TABLES);
    if (one && whole) {
      execute(system, List.of(FOREIGN_KEY));
    }
  }

  /** With start and end. */
  static Contender whole(String systemUrl, String applicationUrl) throws SQLException {
    return new ByHand(systemUrl, applicationUrl, true, ByHand::insert);
  }

  /** Nothing but the transactions, each with the row of its step. */
  static Contender stepsAlone(String systemUrl, String applicationUrl) throws SQLException {
    return new ByHand(systemUrl, applicationUrl, false, ByHand::insert);
  }

  /** Like {@link #stepsAlone}, through jOOQ. */
  static Contender stepsAloneWithJooq(String systemUrl, String applicationUrl) throws SQLException {
    return new ByHand(
        systemUrl,
        applicationUrl,
        false,
        (connection, id, n) -> {
          var dsl = DSL.using(connection, SQLDialect.POSTGRES);
          long now = System.currentTimeMillis();
          dsl.execute(ITEM, id, n);
          dsl.execute(STEP, id, n, "item", "1", now, now);
        });
  }

  private static void execute(HikariDataSource pool, List<String> statements) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public void run(Workload workload, String id) throws SQLException {
    if (whole) {
      start(id);
    }
    for (int n = 0; n < workload.transactions(); n++) {
      transaction(id, n);
    }
    for (int n = 0; n < workload.steps(); n++) {
      try (Connection connection = application.getConnection()) {
        step(connection, id, n);
      }
    }
    if (whole) {
      end(system, id);
    }
  }

  private void start(String id) throws SQLException {
    try (Connection connection = system.getConnection();
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
    try (Connection connection = application.getConnection()) {
      connection.setAutoCommit(false);
      body.transaction(connection, id, n);
      connection.commit();
    }
  }

  private static void insert(Connection connection, String id, int n) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(ITEM)) {
      insert.setString(1, id);
      insert.setInt(2, n);
      insert.executeUpdate();
    }
    step(connection, id, n);
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

  /** Ends a workflow. */
  static void end(HikariDataSource system, String id) throws SQLException {
    try (Connection connection = system.getConnection();
        PreparedStatement end = connection.prepareStatement(END)) {
      end.setString(1, "1");
      end.setLong(2, System.currentTimeMillis());
      end.setString(3, id);
      end.executeUpdate();
    }
  }

  @Override
  public Tally tally() throws SQLException {
    return Tally.of(
        systemUrl,
        whole
            ? "SELECT count(*) FROM hand_workflow WHERE status = 'SUCCESS'"
            : "SELECT count(DISTINCT workflow_id) FROM hand_step",
        applicationUrl,
        "SELECT count(*) FROM hand_item");
  }

  @Override
  public void close() {
    application.close();
    system.close();
  }
}
