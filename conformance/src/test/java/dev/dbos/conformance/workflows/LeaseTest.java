package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.LeaseProgram.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.workflows.LeaseProgram.Journey;
import dev.dbos.conformance.workflows.LeaseProgram.Point;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.DbosClosedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Executors die, or seem to, and others go on with their work. */
@Timeout(300)
class LeaseTest {
  /** Short enough to wait for, long enough to be renewed in time on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final Lease LEASE = Lease.of(SHORT);

  /** Leaves time to those who are only slow; whoever is killed is seen to be gone at once. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private static final Lease LONG_LEASE = Lease.of(LONG);

  private static final WorkflowDefinition<Void, String> WATCH =
      WorkflowDefinition.of("watch", Void.class, String.class);

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private final Journey journey = (point, what) -> done.add(what);
  private final CountDownLatch goOn = new CountDownLatch(1);

  /** On SQLite whoever is frozen in a transaction keeps everybody else out of the file. */
  static Stream<Arguments> stops() {
    return Arrays.stream(Product.values())
        .flatMap(
            product ->
                Arrays.stream(Point.values())
                    .filter(point -> point != Point.NOWHERE)
                    .filter(
                        point ->
                            product == Product.POSTGRESQL || !point.name().contains("TRANSACTION"))
                    .map(point -> Arguments.of(product, point)));
  }

  /** Begins {@code id} in the child and returns when it has come to its point. */
  private static void begin(ChildJvm child, String id) throws InterruptedException {
    child.awaitLine("up"::equals, Eventually.BOUND);
    child.send(id);
    child.awaitLine("stopped"::equals, Eventually.BOUND);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theWorkOfAKilledExecutorGoesOnAtASurvivor(Product product) throws Exception {
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS dbos = place.executor(stock, LONG_LEASE, journey).launch();
        ChildJvm child = place.child(LONG, Point.IN_STEP)) {
      begin(child, "order-42");
      child.kill();

      place.assertShippedOnce(dbos, "order-42");
      assertThat(done).containsExactly("between", "charge", "asleep", "ship");
      assertThat(dbos.status("order-42").orElseThrow().attempts()).isEqualTo(2);
      assertThat(place.rows().query("SELECT DISTINCT executor_id FROM workflow_status"))
          .doesNotContainAnyElementsOf(List.of("local"));
    }
  }

  @ParameterizedTest
  @MethodSource("stops")
  void aFrozenExecutorThatWakesUpLateHasDoneNothingThatCounts(Product product, Point stop)
      throws Exception {
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS dbos = place.executor(stock, LEASE, journey).launch();
        ChildJvm child = place.child(SHORT, stop)) {
      begin(child, "order-42");
      place.freeze(child);

      place.assertShippedOnce(dbos, "order-42");
      assertThat(done).contains("ship");
      child.send("go");
      child.thaw();

      // It learns how the workflow ended from the row, as everybody does.
      child.awaitLine("result shipped order-42"::equals, Eventually.BOUND);
      assertThat(child.lines()).doesNotContain("ship");
      place.assertShippedOnce(dbos, "order-42");
      assertThat(dbos.status("order-42").orElseThrow().attempts()).isEqualTo(2);

      // And it is an executor like any other again.
      child.send("order-43");
      child.awaitLine("result shipped order-43"::equals, Eventually.BOUND);
      place.assertShippedOnce(dbos, "order-43");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aLeaseThatNobodyUsedIsRenewedAndTheWorkflowsGoOn(Product product) throws Exception {
    try (ShippingSite place = new ShippingSite(product);
        ChildJvm child = place.child(SHORT, Point.IN_STEP)) {
      begin(child, "order-42");
      place.freeze(child);
      Eventually.holds("the lease is over", place::isALeaseOver);
      child.send("go");
      child.thaw();

      child.awaitLine("result shipped order-42"::equals, Eventually.BOUND);
      assertThat(place.rows().query("SELECT recovery_attempts FROM workflow_status"))
          .containsExactly("1");
    }
  }

  @Test
  void aDatabaseThatWasAwayForLongerThanALeaseIsNobodysDeath() throws Exception {
    try (ShippingSite place = new ShippingSite(Product.POSTGRESQL);
        JdbcDatasource stock = place.stock();
        TcpProxy proxy = TestPostgres.shared().proxy()) {
      String url = TestPostgres.shared().url(Site.databaseName(place.site().systemUrl()), proxy);
      CountDownLatch reached = new CountDownLatch(1);
      Journey owners =
          (point, what) -> {
            done.add(what);
            if (point == Point.IN_STEP) {
              reached.countDown();
              goOn.await();
            }
          };
      PoolOptions impatient = PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofMillis(500));
      // A pool that was refused rests up to 5 s; the others wait 7.5 s for such a lease to move.
      try (DBOS owner =
              place
                  .executor(url, stock, LONG_LEASE, owners)
                  .systemDatabasePool(impatient)
                  .launch();
          DBOS other =
              place
                  .executor(url, stock, LONG_LEASE, journey)
                  .systemDatabasePool(impatient)
                  .launch()) {
        WorkflowHandle<String> order =
            owner.start(CHECKOUT, "order-42", StartOptions.id("order-42"));
        Eventually.open(reached);
        proxy.refuse();
        proxy.cutAll();
        Eventually.holds("all leases are over", () -> place.leasesOver() == 2);
        proxy.accept();
        Eventually.holds("all leases are renewed", () -> place.leasesOver() == 0);
        goOn.countDown();

        assertThat(order.result()).isEqualTo("shipped order-42");
        Eventually.holds("all is well", () -> other.health().problems().isEmpty());
        assertThat(place.rows().query("SELECT recovery_attempts FROM workflow_status"))
            .containsExactly("1");
        assertThat(done).containsOnlyOnce("charge", "ship");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void manyWorkflowsAreSharedBySurvivorsAndEachIsTakenOnce(Product product) throws Exception {
    int orders = 230;
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS one = place.executor(stock, LONG_LEASE, journey).launch();
        DBOS two = place.executor(stock, LONG_LEASE, journey).launch();
        ChildJvm child = place.child(LONG, Point.BETWEEN_STEPS)) {
      child.awaitLine("up"::equals, Eventually.BOUND);
      for (int i = 0; i < orders; i++) {
        child.send("order-" + i);
      }
      String stopped = "SELECT count(*) FROM operation_outputs WHERE function_name = 'take'";
      Eventually.holds(
          "all have come to their point",
          () -> place.rows().query(stopped).equals(List.of(String.valueOf(orders))));
      child.kill();

      for (int i = 0; i < orders; i++) {
        assertThat(one.retrieve("order-" + i, String.class).result(Eventually.BOUND))
            .isEqualTo("shipped order-" + i);
      }
      assertThat(done).hasSize(4 * orders).doesNotContain("reserve", "take");
      assertThat(place.rows().query("SELECT DISTINCT recovery_attempts FROM workflow_status"))
          .containsExactly("2");
      assertThat(two.health().problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoHasNoLeaseOrRunsSomethingElseIsLeftAlone(Product product) throws Exception {
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock()) {
      leave(place.executor(stock, Lease.OFF, journey).executorId("python-worker"), "without");
      leave(place.executor(stock, LEASE, journey).applicationVersion("v2"), "another-version");
      leave(place.executor(stock, LEASE, journey), "mine");

      try (DBOS dbos =
          place
              .executor(stock, LEASE, journey)
              .workflow(WATCH, none -> Workflow.id() + " goes on")
              .launch()) {
        assertThat(dbos.retrieve("mine", String.class).result(Eventually.BOUND))
            .isEqualTo("mine goes on");
        // A further one, so that all have been looked at again.
        leave(place.executor(stock, LEASE, journey), "mine-too");
        assertThat(dbos.retrieve("mine-too", String.class).result(Eventually.BOUND))
            .isEqualTo("mine-too goes on");
        for (String other : List.of("without", "another-version")) {
          assertThat(dbos.status(other).orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
          assertThat(dbos.status(other).orElseThrow().attempts()).isEqualTo(1);
        }
      }
    }
  }

  /** Leaves a workflow unfinished behind, and closes. */
  private static void leave(DbosBuilder builder, String id) {
    try (DBOS dbos = builder.workflow(WATCH, none -> forADay()).launch()) {
      dbos.start(WATCH, null, StartOptions.id(id));
      Eventually.holds("asleep", () -> dbos.steps(id).size() == 1);
    }
  }

  private static String forADay() {
    Workflow.sleep(Duration.ofDays(1));
    return "";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSecondProcessOfAnIdEndsTheFirst(Product product) throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS first =
            place
                .executor(stock, LEASE, journey)
                .executorId("till-1")
                .workflow(
                    WATCH,
                    none -> {
                      reached.countDown();
                      goOn.await();
                      Workflow.runStep("look", () -> done.add("first"));
                      return "first";
                    })
                .launch()) {
      WorkflowHandle<String> watch = first.start(WATCH, null, StartOptions.id("watch-1"));
      Eventually.open(reached);
      try (DBOS second =
          place
              .executor(stock, LEASE, journey)
              .executorId("till-1")
              .workflow(WATCH, none -> "second")
              .launch()) {
        Eventually.holds(
            "the first knows",
            () -> first.health().problems().toString().contains("runs as executor till-1"));
        goOn.countDown();

        assertThat(watch.result()).isEqualTo("second");
        assertThat(done).isEmpty();
        assertThatThrownBy(() -> first.start(WATCH))
            .isInstanceOf(DbosClosedException.class)
            .hasMessage(
                "Another process runs as executor till-1 now; nothing can be started here. Give"
                    + " each process an executorId(...) of its own, and launch again.");
        assertThat(second.run(WATCH)).isEqualTo("second");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutAnExecutorIdEachProcessHasOneOfItsOwn(Product product) {
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS one = place.executor(stock, Lease.DEFAULT, journey).launch();
        DBOS two = place.executor(stock, Lease.DEFAULT, journey).launch();
        DBOS named = place.executor(stock, Lease.DEFAULT, journey).executorId("till-1").launch()) {
      for (DBOS dbos : List.of(one, two, named)) {
        dbos.run(CHECKOUT, "tea");
      }
      assertThat(place.rows().query("SELECT DISTINCT executor_id FROM workflow_status"))
          .hasSize(3)
          .contains("till-1");
      assertThat(place.rows().query("SELECT executor_id FROM java_executor_leases"))
          .hasSize(2)
          .doesNotContain("till-1");
      assertThat(one.steps(one.list(dev.dbos.workflow.WorkflowQuery.all()).getFirst().id()))
          .extracting(StepStatus::name)
          .contains("ship");
    }
  }
}
