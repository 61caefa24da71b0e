package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.observe.Health;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The system database is away: workflows wait for it, and no error reaches them. */
@Timeout(300)
class OutageTest {
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @ParameterizedTest
  @EnumSource(Deed.class)
  void whateverAWorkflowDoesItOutlastsTheOutage(Deed deed) {
    try (TcpProxy proxy = TestPostgres.shared().proxy();
        Deeds deeds = new Deeds(Product.POSTGRESQL)) {
      String url = TestPostgres.shared().url(Site.databaseName(deeds.site().systemUrl()), proxy);
      DBOS dbos =
          deeds.launch(
              url,
              () -> {
                reached.countDown();
                Eventually.open(goOn);
              });
      deeds.prepare(dbos, deed);
      WorkflowHandle<String> it = dbos.start(Deeds.DO, deed.name(), StartOptions.id("it"));
      Eventually.open(reached);
      if (deed == Deed.RECEIVING) {
        dbos.send(dev.dbos.workflow.Message.to("it", "letter").withTopic("mail"));
      }
      proxy.refuse();
      proxy.cutAll();
      goOn.countDown();
      Eventually.holds(
          "health says so",
          () -> dbos.health(Duration.ofMillis(300)).status() == Health.Status.DOWN);
      proxy.accept();

      assertThat(it.result(Eventually.BOUND)).isNotEmpty();
      Eventually.holds("health says so", () -> dbos.health().status() == Health.Status.UP);
    }
  }

  @ParameterizedTest
  @EnumSource(Deed.class)
  void aConnectionThatBreaksAtAnyStatementIsNoError(Deed deed) {
    try (TcpProxy proxy = TestPostgres.shared().proxy();
        Deeds deeds = new Deeds(Product.POSTGRESQL)) {
      String url = TestPostgres.shared().url(Site.databaseName(deeds.site().systemUrl()), proxy);
      DBOS dbos =
          deeds.launch(
              url,
              () -> {
                reached.countDown();
                Eventually.open(goOn);
              });
      deeds.prepare(dbos, deed);
      WorkflowHandle<String> it = dbos.start(Deeds.DO, deed.name(), StartOptions.id("it"));
      Eventually.open(reached);
      if (deed == Deed.RECEIVING) {
        dbos.send(dev.dbos.workflow.Message.to("it", "letter").withTopic("mail"));
      }
      // Each loses the answer to one statement, so the next attempts meet what they have done.
      for (int statement = 0; statement < 4; statement++) {
        proxy.onClientStatement(
            sql -> sql.contains("operation_outputs"),
            TcpProxy.Action.CUT_AFTER_SERVER_ANSWER,
            statement);
      }
      goOn.countDown();

      assertThat(it.result(Eventually.BOUND)).isNotEmpty();
    }
  }
}
