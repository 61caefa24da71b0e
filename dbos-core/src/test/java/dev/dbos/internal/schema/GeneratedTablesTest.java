package dev.dbos.internal.schema;

import static dev.dbos.internal.schema.Tables.QUEUES;
import static dev.dbos.internal.schema.Tables.STREAMS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** The one set of generated classes reads and writes both databases. */
class GeneratedTablesTest {
  @Test
  void tablesAreMappedToAnySchemaOfPostgres() throws SQLException {
    TestPostgres server = TestPostgres.shared();
    String schema = "C$+0m'\"x";
    Settings settings =
        new Settings()
            .withRenderMapping(
                new RenderMapping()
                    .withSchemata(new MappedSchema().withInput("dbos").withOutput(schema)));
    try (Connection connection = server.connect(server.createDatabase())) {
      assertWritesAndReads(connection, new Dialect.Postgres(), schema, settings);
    }
  }

  @Test
  void tablesAreUnqualifiedInSqlite() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Connection connection = DriverManager.getConnection(file.jdbcUrl())) {
      assertWritesAndReads(
          connection, new Dialect.Sqlite(), "dbos", new Settings().withRenderSchema(false));
    }
  }

  private static void assertWritesAndReads(
      Connection connection, Dialect dialect, String schema, Settings settings)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      for (String sql : SystemSchema.ddl(dialect, schema)) {
        statement.execute(sql);
      }
    }
    DSLContext dsl = DSL.using(connection, dialect.jooq(), settings);
    dsl.insertInto(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.WORKFLOW_UUID, "order-1")
        .set(WORKFLOW_STATUS.IS_DEBOUNCED, true)
        .set(WORKFLOW_STATUS.ATTRIBUTES, JSONB.valueOf("{\"tenant\": \"acme\"}"))
        .execute();
    dsl.insertInto(STREAMS)
        .columns(STREAMS.WORKFLOW_UUID, STREAMS.KEY, STREAMS.VALUE, STREAMS.OFFSET)
        .values("order-1", "progress", "\"packed\"", 0)
        .execute();
    dsl.insertInto(QUEUES)
        .set(QUEUES.NAME, "orders")
        .set(QUEUES.RATE_LIMIT_PERIOD_SEC, 0.5)
        .execute();

    var workflow =
        dsl.select(WORKFLOW_STATUS.fields())
            .from(WORKFLOW_STATUS)
            .join(STREAMS)
            .on(STREAMS.WORKFLOW_UUID.eq(WORKFLOW_STATUS.WORKFLOW_UUID))
            .where(STREAMS.OFFSET.eq(0))
            .and(WORKFLOW_STATUS.IS_DEBOUNCED)
            .fetchSingle();
    assertThat(workflow.get(WORKFLOW_STATUS.ATTRIBUTES))
        .isEqualTo(JSONB.valueOf("{\"tenant\": \"acme\"}"));
    assertThat(workflow.get(WORKFLOW_STATUS.WAS_FORKED_FROM)).isFalse();
    assertThat(workflow.get(WORKFLOW_STATUS.PRIORITY)).isZero();
    assertThat(workflow.get(WORKFLOW_STATUS.CREATED_AT)).isGreaterThan(1_600_000_000_000L);
    assertThat(dsl.fetchSingle(QUEUES).get(QUEUES.RATE_LIMIT_PERIOD_SEC)).isEqualTo(0.5);
  }
}
