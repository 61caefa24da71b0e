package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/**
 * A network that lost a COMMIT may deliver it long afterwards. Only the row of the step's result
 * then keeps the server from committing the work a second time, so it must outlast the workflow.
 */
class LateCommitTest {
  private static final WorkflowDefinition<Void, Integer> RESERVE =
      WorkflowDefinition.of("reserve", Void.class, Integer.class);

  private final TestPostgres server = TestPostgres.shared();
  private final String shopDatabase = server.createDatabase();

  @Test
  void aResultStaysWhenACommitOnTheWayToItWasLost() throws SQLException {
    try (TcpProxy network = server.proxy()) {
      reserve(network, true);
    }

    assertThat(count("stock")).isEqualTo(1);
    assertThat(count("dbos.datasource_outputs")).isEqualTo(1);
  }

  @Test
  void aResultIsRemovedWhenNothingWasLost() throws SQLException {
    try (TcpProxy network = server.proxy()) {
      reserve(network, false);
    }

    assertThat(count("stock")).isEqualTo(1);
    assertThat(count("dbos.datasource_outputs")).isZero();
  }

  private void reserve(TcpProxy network, boolean losingACommit) {
    server.execute(shopDatabase, "CREATE TABLE stock (sku text)");
    try (JdbcDatasource shop = JdbcDatasource.create(server.url(shopDatabase, network));
        DBOS dbos =
            DBOS.builder("late-commit")
                .systemDatabaseUrl(server.url(server.createDatabase()))
                .datasource(shop)
                .workflow(
                    RESERVE, nothing -> shop.callTransaction("insert", LateCommitTest::insert))
                .launch()) {
      if (losingACommit) {
        network.cutBeforeCommit();
      }
      assertThat(dbos.run(RESERVE)).isEqualTo(1);
    }
  }

  private static int insert(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate("INSERT INTO stock VALUES ('tea')");
    }
  }

  private int count(String table) throws SQLException {
    try (Connection connection = server.connect(shopDatabase);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }
}
