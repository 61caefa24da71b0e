package dev.dbos.conformance.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.admin.MoveReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What official SDKs wrote is exported, imported and moved with everything that it holds. */
@Timeout(300)
class SampleTravelTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private static DbosClient client(Site site) {
    return DbosClient.builder(site.systemUrl()).clock(() -> NOON).build();
  }

  private static List<String> ids(DbosClient client) {
    return client.list(WorkflowQuery.all()).stream().map(WorkflowStatus::id).toList();
  }

  private static String all(DbosClient client) {
    return client.archives().export(ids(client), Reach.ONLY_THESE);
  }

  private static Site empty(Product product) {
    Site site = Site.of(product);
    DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl()).launch().close();
    return site;
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void toTheOtherProductAndBack(Sample sample) {
    Product other = sample.product() == Product.SQLITE ? Product.POSTGRESQL : Product.SQLITE;
    try (Site from = sample.restore();
        Site there = empty(other);
        Site back = empty(sample.product());
        DbosClient source = client(from);
        DbosClient away = client(there);
        DbosClient target = client(back)) {
      String exported = all(source);
      assertThat(exported).contains("positionalArgs");

      assertThat(away.archives().importAll(exported)).hasSize(11);
      assertThat(all(away)).isEqualTo(exported);
      target.archives().importAll(all(away));
      assertThat(all(target)).isEqualTo(exported);
      for (String id : ids(source)) {
        assertThat(target.steps(id)).isEqualTo(source.steps(id));
      }
    }
  }

  @Test
  void tablesOfLaterVersionsAreFilledAndReadToo() throws SQLException {
    try (Site site = Sample.TYPESCRIPT_5_AT_123.restore();
        DbosClient client = client(site)) {
      String exported = all(client);
      client.delete(ids(client));
      assertThat(number(site, "SELECT count(*) FROM dbos.workflow_input")).isZero();
      client.archives().importAll(exported);

      assertThat(all(client)).isEqualTo(exported);
      assertThat(number(site, "SELECT count(*) FROM dbos.workflow_input")).isEqualTo(11);
      assertThat(number(site, "SELECT count(*) FROM dbos.workflow_output")).isEqualTo(11);
      assertThat(number(site, "SELECT count(*) FROM dbos.workflow_status WHERE inputs IS NOT NULL"))
          .isEqualTo(11);
    }
  }

  private static int number(Site site, String sql) throws SQLException {
    try (Connection connection = Sample.connect(site);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void aFileOfPythonMovesToPostgres() {
    try (Site file = Sample.PYTHON_IN_A_FILE.restore();
        Site server = Site.of(Product.POSTGRESQL);
        DbosClient target = client(server)) {
      String before;
      try (DbosClient source = client(file)) {
        before = all(source);
      }
      MoveReport report =
          SystemDatabaseAdmin.of(
                  Configuration.ofEnvironment(Map.of()).withSystemDatabaseUrl(server.systemUrl()))
              .moveFrom(file.systemUrl());
      assertThat(report.workflows()).isEqualTo(11);
      assertThat(all(target)).isEqualTo(before);
    }
  }
}
