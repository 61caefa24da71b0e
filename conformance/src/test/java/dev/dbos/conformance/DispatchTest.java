package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.observe.Health;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How resumed workflows are taken out of their queue. */
@Timeout(300)
class DispatchTest {
  private static final WorkflowDefinition<Void, String> ORDER =
      WorkflowDefinition.of("order", Void.class, String.class);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final int PLACES = 1_000;

  private volatile boolean patient = true;

  private String order() {
    Workflow.runStep("reserve", () -> {});
    if (patient) {
      Workflow.sleep(YEAR);
    }
    return "shipped";
  }

  /** A cancelled order that would sleep no more if it were resumed. */
  private static void cancelAsleep(DBOS dbos, Ledger ledger, String id) {
    dbos.start(ORDER, null, StartOptions.id(id));
    Eventually.await("asleep", () -> dbos.steps(id).size() == 2);
    dbos.cancel(id);
    ledger
        .system()
        .execute(
            "update "
                + ledger.systemTable("operation_outputs")
                + " set output = '1' where function_name = 'DBOS.sleep'");
  }

  private void resumeAcross(Setting setting, Predicate<String> statement, Action action)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      TcpProxy proxy = premises.proxy();
      DBOS dbos =
          premises.keep(
              Checkout.runtime(Premises.through(proxy, premises.site().systemUrl()))
                  .workflow(ORDER, none -> order())
                  .launch());
      cancelAsleep(dbos, premises.ledger(), "order-42");
      Cut cut = proxy.onClientStatement(sql -> statement.test(lower(sql)), action);
      dbos.resume("order-42");

      assertThat(dbos.retrieve("order-42", String.class).result(Eventually.PATIENCE))
          .isEqualTo("shipped");
      assertThat(cut.happened()).isTrue();
      assertThat(premises.ledger().attemptsOf("order-42")).isEqualTo(1);
    }
  }

  private static String lower(String sql) {
    return sql.toLowerCase(Locale.ROOT);
  }

  private static boolean isClaim(String sql) {
    return sql.startsWith("update") && sql.contains("skip locked");
  }

  private static boolean loadsSteps(String sql) {
    return sql.startsWith("select")
        && sql.contains("operation_outputs")
        && sql.contains("child_workflow_id")
        && !sql.contains("function_id\" =");
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresTogether")
  void aClaimWhoseAnswerIsLostIsFound(Setting setting) throws Exception {
    resumeAcross(setting, DispatchTest::isClaim, Action.CUT_AFTER_SERVER_ANSWER);
  }

  /** Nobody else looks for it: this executor lives, and has it. */
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresTogether")
  void aClaimWhoseAnswerIsLostIsFoundAlsoAfterTheLeaseHasExpired(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      TcpProxy proxy = premises.proxy();
      String url = premises.site().systemUrl();
      DBOS dbos =
          premises.keep(
              DBOS.builder("tea-shop")
                  .applicationVersion("1")
                  .systemDatabaseUrl(Premises.through(proxy, url))
                  .systemDatabasePool(
                      PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(1)))
                  .lease(Lease.of(Duration.ofSeconds(2)))
                  .workflow(ORDER, none -> order())
                  .launch());
      cancelAsleep(dbos, premises.ledger(), "order-42");
      try (DbosClient client = DbosClient.create(url)) {
        // So that little happens between the next two calls, and it is not another claim that is
        // cut.
        assertThat(client.status("order-42")).isPresent();
        Cut cut =
            proxy.onClientStatement(sql -> isClaim(lower(sql)), Action.CUT_AFTER_SERVER_ANSWER);
        client.resume("order-42");
        cut.await(Eventually.PATIENCE);
        proxy.refuse();
        proxy.cutAll();
        Eventually.await(
            "the lease has expired",
            () ->
                dbos.health(Duration.ofMillis(300)).lease().state() == Health.Lease.State.EXPIRED);
        // Long enough for the dispatcher to find that it may not look.
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        Eventually.await("a longer outage", () -> System.nanoTime() - end > 0);
        proxy.accept();

        assertThat(client.retrieve("order-42", String.class).result(Eventually.PATIENCE))
            .isEqualTo("shipped");
        assertThat(premises.ledger().attemptsOf("order-42")).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresTogether")
  void aClaimThatIsLostIsMadeAgain(Setting setting) throws Exception {
    resumeAcross(setting, DispatchTest::isClaim, Action.CUT_BEFORE);
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresTogether")
  void whatWasClaimedRunsAlsoIfItsStepsCannotBeLoadedAtOnce(Setting setting) throws Exception {
    resumeAcross(setting, DispatchTest::loadsSteps, Action.CUT_BEFORE);
  }

  /** What this process has no place for stays for others. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void noMoreIsTakenOutThanCanRun(Product product) {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch allRun = new CountDownLatch(PLACES);
    WorkflowDefinition<Void, String> stall =
        WorkflowDefinition.of("stall", Void.class, String.class);
    try (Site site = Site.of(product);
        DBOS dbos =
            Checkout.runtime(site.systemUrl())
                .workflow(ORDER, none -> order())
                .workflow(
                    stall,
                    none -> {
                      allRun.countDown();
                      goOn.await();
                      return "done";
                    })
                .launch()) {
      Ledger ledger = new Ledger(site);
      cancelAsleep(dbos, ledger, "order-1");
      cancelAsleep(dbos, ledger, "order-2");
      List<WorkflowHandle<String>> stalled = new ArrayList<>();
      for (int i = 0; i < PLACES - 1; i++) {
        stalled.add(dbos.start(stall));
      }
      dbos.resume("order-1");
      assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo("shipped");

      stalled.add(dbos.start(stall));
      Eventually.await("all places are taken", () -> allRun.getCount() == 0);
      dbos.resume("order-2");
      // Two launches elsewhere take longer than the dispatcher pauses.
      for (int i = 0; i < 2; i++) {
        Checkout.runtime(site.systemUrl()).executorId("till-" + (2 + i)).launch().close();
      }
      assertThat(dbos.status("order-2").orElseThrow().state()).isEqualTo(WorkflowState.ENQUEUED);
      goOn.countDown();
      assertThat(dbos.retrieve("order-2", String.class).result()).isEqualTo("shipped");
      stalled.forEach(WorkflowHandle::result);
    }
  }
}
