package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

class SystemFunctionsTest {
  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private Connection connection;

  @BeforeEach
  void migrate() throws SQLException {
    SystemDatabases.migrate(server.url(name));
    connection = server.connect(name);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  @Test
  void enqueueWorkflowInsertsAPortableRow() throws SQLException {
    String id =
        ask(
            "SELECT dbos.enqueue_workflow('checkout', 'orders', ARRAY['42', '\"gift\"']::json[],"
                + " '{\"express\": true}', class_name => 'Shop', config_name => 'eu',"
                + " app_version => 'v7', timeout_ms => 5000, deadline_epoch_ms => 9000,"
                + " deduplication_id => 'cart-1', queue_partition_key => 'emea',"
                + " authenticated_user => 'ann', authenticated_roles => '[\"buyer\"]',"
                + " application_name => 'shop')");

    assertThat(row(id))
        .isEqualTo(
            "ENQUEUED checkout orders Shop eu v7 5000 9000 cart-1 0 emea ann [\"buyer\"] shop 0"
                + " portable_json");
    assertThat(column(id, "inputs"))
        .isEqualTo("{\"positionalArgs\" : [42,\"gift\"], \"namedArgs\" : {\"express\": true}}");
    assertThat(column(id, "owner_xid")).hasSize(36);
    assertThat(column(id, "executor_id IS NULL AND parent_workflow_id IS NULL")).isEqualTo("t");
    assertThat(column(id, "created_at = updated_at AND created_at > 1600000000000")).isEqualTo("t");
  }

  @Test
  void enqueueWorkflowNeedsOnlyANameAndAQueue() throws SQLException {
    String id = ask("SELECT dbos.enqueue_workflow('checkout', 'orders')");

    assertThat(id).hasSize(36);
    assertThat(column(id, "inputs")).isEqualTo("{\"positionalArgs\" : [], \"namedArgs\" : {}}");
    assertThat(row(id)).isEqualTo("ENQUEUED checkout orders 0 0 portable_json");
  }

  @Test
  void aDelayedWorkflowIsDelayed() throws SQLException {
    String id =
        ask(
            "SELECT dbos.enqueue_workflow('remind', 'mail', delay_until_epoch_ms => 99, priority => 3)");

    assertThat(column(id, "status || ' ' || delay_until_epoch_ms || ' ' || priority"))
        .isEqualTo("DELAYED 99 3");
  }

  @Test
  void enqueueingAnIdAgainReturnsItAndOnlyTouchesItsTime() throws SQLException {
    ask("SELECT dbos.enqueue_workflow('checkout', 'orders', workflow_id => 'order-1')");
    Statements.run(
        connection,
        List.of(
            "UPDATE dbos.workflow_status SET status = 'SUCCESS', created_at = 1, updated_at = 1"));

    assertThat(ask("SELECT dbos.enqueue_workflow('refund', 'later', workflow_id => 'order-1')"))
        .isEqualTo("order-1");
    assertThat(column("order-1", "concat_ws(' ', status, name, queue_name, created_at)"))
        .isEqualTo("SUCCESS checkout orders 1");
    assertThat(column("order-1", "updated_at > 1")).isEqualTo("t");
  }

  @Test
  void aTakenDeduplicationIdIsAUniqueViolation() throws SQLException {
    ask("SELECT dbos.enqueue_workflow('checkout', 'orders', deduplication_id => 'cart-1')");

    assertThatThrownBy(
            () ->
                ask(
                    "SELECT dbos.enqueue_workflow('checkout', 'orders', deduplication_id => 'cart-1')"))
        .hasMessageContaining("DBOS queue duplicated")
        .hasMessageContaining("queue orders already holds deduplication id cart-1")
        .extracting(failure -> ((SQLException) failure).getSQLState())
        .isEqualTo("23505");
  }

  @Test
  void enqueueWorkflowRefusesWhatNoWorkerCouldRun() {
    assertRefused("NULL, 'orders'", "A workflow name is required");
    assertRefused("'', 'orders'", "A workflow name is required");
    assertRefused("'checkout', NULL", "A queue name is required");
    assertRefused("'checkout', 'orders', workflow_id => ''", "A workflow id must not be empty");
    assertRefused(
        "'checkout', 'orders', named_args => '[1]'",
        "Named arguments must be a JSON object, not array");
    assertRefused(
        "'checkout', 'orders', delay_until_epoch_ms => -1",
        "The delay must be a time in epoch milliseconds, not -1");
  }

  @Test
  void sendMessageDeliversOnceForEachMessageId() throws SQLException {
    ask("SELECT dbos.enqueue_workflow('checkout', 'orders', workflow_id => 'order-1')");
    ask("SELECT dbos.send_message('order-1', '{\"paid\": true}', 'payment', 'm-1')");
    ask("SELECT dbos.send_message('order-1', '{\"paid\": false}', 'payment', 'm-1')");
    ask("SELECT dbos.send_message('order-1', '1')");

    assertThat(
            Statements.strings(
                connection,
                "SELECT concat_ws(' ', topic, message, serialization, consumed)"
                    + " FROM dbos.notifications ORDER BY topic DESC"))
        .containsExactly(
            "payment {\"paid\": true} portable_json f", "__null__topic__ 1 portable_json f");
  }

  @Test
  void sendMessageToAnUnknownWorkflowIsAForeignKeyViolation() {
    assertThatThrownBy(() -> ask("SELECT dbos.send_message('nobody', '1')"))
        .hasMessageContaining("DBOS non-existent workflow")
        .hasMessageContaining("There is no workflow nobody")
        .extracting(failure -> ((SQLException) failure).getSQLState())
        .isEqualTo("23503");
  }

  @Test
  void anEnqueuedWorkflowWakesTheWorkersOfItsQueue() throws SQLException {
    Statements.run(connection, List.of("LISTEN dbos_queues_channel"));
    ask("SELECT dbos.enqueue_workflow('checkout', 'orders')");

    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(10_000);
    assertThat(heard).extracting(PGNotification::getParameter).containsExactly("orders");
  }

  @Test
  void aMessageWakesWhoeverListens() throws SQLException {
    ask("SELECT dbos.enqueue_workflow('checkout', 'orders', workflow_id => 'order-1')");
    Statements.run(connection, List.of("LISTEN dbos_notifications_channel"));
    ask("SELECT dbos.send_message('order-1', '1', 'payment')");

    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(10_000);
    assertThat(heard).extracting(PGNotification::getParameter).containsExactly("order-1::payment");
  }

  private void assertRefused(String arguments, String message) {
    assertThatThrownBy(() -> ask("SELECT dbos.enqueue_workflow(" + arguments + ")"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(message);
  }

  private String row(String id) throws SQLException {
    return column(
        id,
        "concat_ws(' ', status, name, queue_name, class_name, config_name, application_version,"
            + " workflow_timeout_ms, workflow_deadline_epoch_ms, deduplication_id, priority,"
            + " queue_partition_key, authenticated_user, authenticated_roles, application_name,"
            + " recovery_attempts, serialization)");
  }

  private String column(String id, String expression) throws SQLException {
    return Statements.strings(
            connection,
            "SELECT " + expression + " FROM dbos.workflow_status WHERE workflow_uuid = ?",
            id)
        .getFirst();
  }

  private String ask(String query) throws SQLException {
    return Statements.strings(connection, query).getFirst();
  }
}
