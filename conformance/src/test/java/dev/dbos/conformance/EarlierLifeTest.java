package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Journey.Stop;
import dev.dbos.testing.TcpProxy;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A workflow that is deleted and started again while a run of its earlier life is still there. */
@Timeout(300)
class EarlierLifeTest {
  private static final String ORDER = "order-42";

  /**
   * The row of the later life is of another life to the late run as well. Would it replace the row,
   * both had reserved, and the later one would not find its result again.
   */
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void itsLateRunDoesNotTakeTheResultOfTheLaterLifeForStale(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey late = new Journey();
      Stop beforeCommit = late.stopAt(Point.BEFORE_COMMIT);
      TcpProxy network = premises.proxy();
      DBOS first =
          premises.keep(
              new Checkout(premises.shop(), late)
                  .launch(Premises.through(network, premises.site().systemUrl())));
      WorkflowHandle<Integer> overtaken = first.start(CHECKOUT, "tea", StartOptions.id(ORDER));
      beforeCommit.awaitArrival();
      // From here on nobody can tell it that its workflow has been deleted.
      network.blackHole();
      delete(premises);
      laterLife(premises);

      beforeCommit.letGo();
      Eventually.await("the late transaction is over", () -> openTransactions(premises) == 0);
      network.accept();

      assertThat(overtaken.result(PATIENCE)).isEqualTo(9);
      assertThat(late.count(Point.BODY_BEGINS)).isEqualTo(1);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(10);
      assertThat(premises.ledger().stockOf("coffee")).isEqualTo(9);
    }
  }

  private static void delete(Premises premises) {
    try (DbosClient client = DbosClient.create(premises.site().systemUrl())) {
      client.delete(ORDER);
    }
  }

  /** Leaves its row, since it is finished by a run that has a predecessor. */
  private static void laterLife(Premises premises) throws InterruptedException {
    Journey overtaken = new Journey();
    Stop before = overtaken.stopAt(Point.BEFORE_TRANSACTION);
    premises.launch(overtaken).start(CHECKOUT, "coffee", StartOptions.id(ORDER));
    before.awaitArrival();
    DBOS successor = premises.launch(new Journey());
    assertThat(successor.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
    before.letGo();
    assertThat(premises.ledger().outputRows()).isEqualTo(1);
  }

  private static int openTransactions(Premises premises) {
    return premises
        .ledger()
        .application()
        .number(
            "select count(*) from pg_stat_activity where datname = current_database()"
                + " and xact_start is not null and pid <> pg_backend_pid()");
  }
}
