package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.workflows.LeaseProgram.Journey;
import dev.dbos.conformance.workflows.LeaseProgram.Point;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.StepStatus;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The databases of {@link LeaseProgram}: its own system database and that of the stock. */
final class ShippingSite implements AutoCloseable {
  private final Site site;
  private final String stockUrl;

  ShippingSite(Product product) {
    this.site = Site.of(product);
    this.stockUrl = site.anotherUrl();
    execute(site.systemUrl(), "create table shipment (id text)");
    execute(stockUrl, "create table shipment (id text)");
  }

  Site site() {
    return site;
  }

  SystemRows rows() {
    return SystemRows.of(site);
  }

  JdbcDatasource stock() {
    return LeaseProgram.stock(stockUrl);
  }

  DbosBuilder executor(JdbcDatasource stock, Lease lease, Journey journey) {
    return executor(site.systemUrl(), stock, lease, journey);
  }

  DbosBuilder executor(String systemUrl, JdbcDatasource stock, Lease lease, Journey journey) {
    return LeaseProgram.shop(systemUrl, stock, lease, journey);
  }

  ChildJvm child(Duration lease, Point stop) {
    return LeaseProgram.start(site.systemUrl(), stockUrl, lease, stop);
  }

  /** Freezes a process, but not in the middle of writing to a file, which would lock it. */
  void freeze(ChildJvm child) {
    child.freeze();
    while (site.product() == Product.SQLITE && isLocked()) {
      child.thaw();
      child.freeze();
    }
  }

  private boolean isLocked() {
    try (Connection connection = connect(site.systemUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 50");
      statement.execute("begin immediate");
      statement.execute("rollback");
      return false;
    } catch (SQLException busy) {
      return true;
    }
  }

  /** How many leases are over by the database's clock. */
  int leasesOver() {
    String now =
        site.product() == Product.SQLITE
            ? String.valueOf(System.currentTimeMillis())
            : "extract(epoch from clock_timestamp()) * 1000";
    return rows()
        .query("SELECT executor_id FROM java_executor_leases WHERE expires_at < " + now)
        .size();
  }

  boolean isALeaseOver() {
    return leasesOver() > 0;
  }

  /** It ended well, and everything in it happened once. */
  void assertShippedOnce(DBOS dbos, String id) {
    assertThat(dbos.retrieve(id, String.class).result(Eventually.BOUND)).isEqualTo("shipped " + id);
    assertThat(dbos.steps(id))
        .extracting(StepStatus::name)
        .containsExactly("reserve", "note", "take", "charge", "DBOS.sleep", "ship");
    assertThat(shipments(site.systemUrl())).containsOnlyOnce(id);
    assertThat(shipments(stockUrl)).containsOnlyOnce(id);
  }

  private static List<String> shipments(String url) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id from shipment")) {
      List<String> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
      return ids;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void execute(String url, String sql) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  static Connection connect(String url) throws SQLException {
    return url.startsWith("sqlite")
        ? DriverManager.getConnection(DatabaseUrl.parse(url).jdbcUrl())
        : TestPostgres.shared().connect(Site.databaseName(url), "operator");
  }

  @Override
  public void close() {
    site.close();
  }
}
