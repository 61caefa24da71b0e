package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.txstep.IsolationLevel;
import dev.dbos.transact.txstep.JdbcStepFactory;
import dev.dbos.transact.txstep.StepFactoryOptions;
import dev.dbos.transact.workflow.Workflow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** The official DBOS library for Java, with its transactional steps over JDBC. */
final class Official implements Contender {
  private final String systemUrl;
  private final String applicationUrl;
  private final HikariDataSource system;
  private final HikariDataSource application;
  private final DBOS dbos;
  private final Items items;

  /** Its workflows; it wants an interface. Public, since it makes a proxy. */
  public interface Items {
    /** Runs a workload. */
    int oneTransaction(String id) throws SQLException;

    /** Runs a workload. */
    int tenTransactions(String id) throws SQLException;

    /** Runs a workload. */
    int tenSteps(String id);
  }

  /** The bodies. Public, since it calls them by reflection. */
  public static final class ItemWorkflows implements Items {
    private final DBOS dbos;
    private final JdbcStepFactory transactions;

    ItemWorkflows(DBOS dbos, JdbcStepFactory transactions) {
      this.dbos = dbos;
      this.transactions = transactions;
    }

    @Override
    @Workflow(name = "oneTransaction")
    public int oneTransaction(String id) throws SQLException {
      return transactions(Workload.ONE_TRANSACTION, id);
    }

    @Override
    @Workflow(name = "tenTransactions")
    public int tenTransactions(String id) throws SQLException {
      return transactions(Workload.TEN_TRANSACTIONS, id);
    }

    @Override
    @Workflow(name = "tenSteps")
    public int tenSteps(String id) {
      for (int n = 0; n < Workload.TEN_STEPS.steps(); n++) {
        dbos.runStep(() -> 1, "item");
      }
      return 1;
    }

    private int transactions(Workload workload, String id) throws SQLException {
      for (int n = 0; n < workload.transactions(); n++) {
        int number = n;
        transactions.txStep(
            (Connection connection) -> insert(connection, id, number),
            new StepFactoryOptions("item", IsolationLevel.READ_COMMITTED));
      }
      return 1;
    }

    private static int insert(Connection connection, String id, int n) throws SQLException {
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO item VALUES (?, ?)")) {
        insert.setString(1, id);
        insert.setInt(2, n);
        return insert.executeUpdate();
      }
    }
  }

  private Official(String systemUrl, String applicationUrl) throws SQLException {
    this.systemUrl = systemUrl;
    this.applicationUrl = applicationUrl;
    this.system = Pools.open(systemUrl);
    this.application = systemUrl.equals(applicationUrl) ? system : Pools.open(applicationUrl);
    try (Connection connection = application.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS item (workflow_id text, n int)");
      statement.execute("CREATE SCHEMA IF NOT EXISTS dbos");
    }
    this.dbos = new DBOS(DBOSConfig.defaults("benchmark").withDataSource(system));
    this.items =
        dbos.registerProxy(
            Items.class, new ItemWorkflows(dbos, new JdbcStepFactory(dbos, application)));
    dbos.launch();
  }

  static Contender open(String systemUrl, String applicationUrl) throws SQLException {
    return new Official(systemUrl, applicationUrl);
  }

  @Override
  public void run(Workload workload, String id) throws SQLException {
    switch (workload) {
      case ONE_TRANSACTION -> items.oneTransaction(id);
      case TEN_TRANSACTIONS -> items.tenTransactions(id);
      case TEN_STEPS -> items.tenSteps(id);
    }
  }

  @Override
  public Tally tally() throws SQLException {
    return Tally.of(
        systemUrl,
        "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'",
        applicationUrl,
        "SELECT count(*) FROM item");
  }

  @Override
  public void close() {
    dbos.close();
    application.close();
    system.close();
  }
}
