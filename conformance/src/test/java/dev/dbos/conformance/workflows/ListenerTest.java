package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.observe.DbosListener;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Occurrence;
import dev.dbos.observe.Operation;
import dev.dbos.observe.PoolUse;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a listener is told, and that it cannot do harm. */
class ListenerTest {
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);

  private final Notebook notebook = new Notebook();

  private static DbosBuilder runtime(Site site) {
    return DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl());
  }

  private static JooqDatasource shop(Site site) {
    JooqDatasource shop = JooqDatasource.builder(site.applicationUrl()).name("shop").build();
    shop.runTransaction("create", tx -> tx.execute("create table stock (sku varchar(20))"));
    return shop;
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void everyOperationIsFollowedFromWhereItIsAskedForToItsEnd(Product product) {
    AtomicInteger charges = new AtomicInteger();
    try (Site site = Site.of(product, Arrangement.DIFFERENT_DATABASE);
        JooqDatasource shop = shop(site)) {
      try (DBOS dbos =
          runtime(site)
              .datasource(shop)
              .listener(notebook)
              .workflow(
                  CHECKOUT,
                  sku -> {
                    shop.runTransaction("take", tx -> tx.execute("insert into stock values ('a')"));
                    shop.callTransaction(
                        "look",
                        TransactionOptions.DEFAULT.withReadOnly(),
                        tx -> tx.fetchCount(DSL.table("stock")));
                    return Workflow.callStep(
                        "charge",
                        RetryOptions.attempts(3)
                            .withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)),
                        () -> charge(charges));
                  })
              .launch()) {
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));

        assertThat(notebook.launched())
            .singleElement()
            .satisfies(vitals -> assertThat(vitals.applicationName()).isEqualTo("tea-shop"));
        assertThat(notebook.launched().getFirst().pools())
            .extracting(PoolUse::name)
            .contains("system database", "shop");
        assertThat(notebook.launched().getFirst().journalBacklog()).isBetween(0, 10);
      }
    }

    assertThat(notebook.lines())
        .containsExactly(
            "asked Workflow checkout",
            "begun Workflow checkout",
            "asked Transaction take",
            "begun Transaction take",
            "ended Transaction take SUCCESS after 1",
            "left Transaction take",
            "asked Transaction look",
            "begun Transaction look",
            "ended Transaction look SUCCESS after 1",
            "left Transaction look",
            "asked Step charge",
            "begun Step charge",
            "ended Step charge SUCCESS after 2",
            "left Step charge",
            "ended Workflow checkout SUCCESS after 1",
            "left Workflow checkout",
            "closed");
    assertThat(notebook.occurrences(Occurrence.StepRetried.class))
        .singleElement()
        .satisfies(
            retried -> {
              assertThat(retried.workflowId()).isEqualTo("order-1");
              assertThat(retried.step()).isEqualTo("charge");
              assertThat(retried.attempt()).isEqualTo(1);
              assertThat(retried.failure()).hasMessage("card reader is busy");
            });
    List<Occurrence.JournalWritten> batches = notebook.occurrences(Occurrence.JournalWritten.class);
    assertThat(batches.stream().mapToInt(Occurrence.JournalWritten::checkpoints).sum())
        .isGreaterThanOrEqualTo(5);
    assertThat(batches)
        .allSatisfy(
            batch -> assertThat(batch.lag()).isPositive().isGreaterThanOrEqualTo(batch.duration()));
  }

  private static String charge(AtomicInteger charges) {
    if (charges.incrementAndGet() == 1) {
      throw new IllegalStateException("card reader is busy");
    }
    return "paid";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void errorsAreToldWithTheirExceptionAndConflictsWithTheirAttempt(Product product) {
    AtomicInteger attempts = new AtomicInteger();
    try (Site site = Site.of(product);
        JooqDatasource shop = shop(site);
        DBOS dbos =
            runtime(site)
                .listener(notebook)
                .workflow(
                    CHECKOUT,
                    sku ->
                        shop.callTransaction(
                            "take",
                            tx -> {
                              if (attempts.incrementAndGet() == 1) {
                                throw new SQLException("try again", "40001");
                              }
                              throw new IllegalStateException("no tea left");
                            }))
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"))).isNotNull();
    }

    assertThat(notebook.endings())
        .extracting(Ending::outcome)
        .containsExactly(Ending.Outcome.ERROR, Ending.Outcome.ERROR);
    assertThat(notebook.endings())
        .allSatisfy(ending -> assertThat(ending.failure().orElseThrow()).hasMessage("no tea left"));
    assertThat(notebook.endings().getFirst().attempts()).isEqualTo(2);
    assertThat(notebook.occurrences(Occurrence.TransactionConflicted.class))
        .singleElement()
        .satisfies(
            conflict -> {
              assertThat(conflict.datasource()).isEqualTo("shop");
              assertThat(conflict.transaction()).isEqualTo("take");
              assertThat(conflict.attempt()).isEqualTo(1);
            });
  }

  @Test
  void aCommitOfUnknownOutcomeIsTold() {
    try (Site site = Site.of(Product.POSTGRESQL, Arrangement.DIFFERENT_DATABASE);
        JooqDatasource direct = shop(site);
        TcpProxy proxy = TestPostgres.shared().proxy();
        JooqDatasource shop =
            JooqDatasource.builder(
                    TestPostgres.shared().url(Site.databaseName(site.applicationUrl()), proxy))
                .name("shop")
                .build();
        DBOS dbos =
            runtime(site)
                .listener(notebook)
                .workflow(
                    CHECKOUT,
                    sku -> {
                      shop.runTransaction(
                          "take", tx -> tx.execute("insert into stock values ('a')"));
                      return sku;
                    })
                .launch()) {
      Cut cut = proxy.cutAfterCommitSent();

      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));

      assertThat(cut).isNotNull();
      assertThat(
              direct.<Integer, RuntimeException>callTransaction(
                  "count", tx -> tx.fetchCount(DSL.table("stock"))))
          .isEqualTo(1);
      assertThat(notebook.occurrences(Occurrence.CommitUnknown.class))
          .singleElement()
          .satisfies(unknown -> assertThat(unknown.transaction()).isEqualTo("take"));
      assertThat(notebook.occurrences(Occurrence.ConnectionLost.class)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAListenerThrowsIsItsOwnAffair(Product product) {
    DbosListener broken =
        new DbosListener() {
          @Override
          public Observation asked(Operation operation) {
            if (operation instanceof Operation.Step) {
              throw new AssertionError("asked");
            }
            return new Observation() {
              @Override
              public Scope begun() {
                return () -> {
                  throw new IllegalStateException("left");
                };
              }

              @Override
              public void ended(Ending ending) {
                throw new StackOverflowError();
              }
            };
          }

          @Override
          public void happened(Occurrence occurrence) {
            throw new IllegalStateException("happened");
          }
        };
    try (Site site = Site.of(product);
        DBOS dbos =
            runtime(site)
                .listener(broken)
                .listener(notebook)
                .workflow(CHECKOUT, sku -> Workflow.callStep("charge", () -> "paid"))
                .launch()) {
      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo("paid");
      assertThat(notebook.lines()).contains("ended Workflow checkout SUCCESS after 1");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aReplayedStepIsAskedForAndNotBegunAndItsWorkflowIsRecovered(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos =
          runtime(site)
              .workflow(CHECKOUT, sku -> Workflow.callStep("charge", () -> "paid"))
              .launch()) {
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
      }
      SystemRows.of(site).forgetTheEndOf("order-1");

      try (DBOS dbos =
          runtime(site)
              .listener(notebook)
              .workflow(CHECKOUT, sku -> Workflow.callStep("charge", () -> "paid"))
              .launch()) {
        assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo("paid");
      }
      assertThat(notebook.lines())
          .contains("asked Step charge", "ended Workflow checkout SUCCESS after 1")
          .doesNotContain("begun Step charge");
    }
  }
}
