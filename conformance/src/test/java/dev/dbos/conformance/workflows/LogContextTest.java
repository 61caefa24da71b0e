package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

/** Which workflow and step the log lines of a thread belong to. */
class LogContextTest {
  private static final WorkflowDefinition<Void, Void> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, Void.class);

  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  private void look(String where) {
    seen.add(where + ": " + MDC.get("dbos.workflow_id") + ", " + MDC.get("dbos.step"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void logLinesNameTheWorkflowAndTheStepAndNothingAfterwards(Product product) {
    MDC.put("dbos.step", "my own");
    MDC.put("request", "42");
    try (Site site = Site.of(product);
        JooqDatasource shop = JooqDatasource.create(site.systemUrl());
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .workflow(
                    CHECKOUT,
                    none -> {
                      look("body");
                      Workflow.runStep("charge", () -> look("step"));
                      look("between");
                      Workflow.callStepAsync(
                              "ship",
                              () -> {
                                look("async");
                                return 1;
                              })
                          .join();
                      shop.runTransaction(
                          "take",
                          tx -> {
                            look("transaction");
                            shop.runTransaction("nested", inner -> look("nested"));
                          });
                      return Nothing.nothing();
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, StartOptions.id("order-1"));
      look("after");

      assertThat(seen)
          .containsExactly(
              "body: order-1, null",
              "step: order-1, charge",
              "between: order-1, null",
              "async: order-1, ship",
              "transaction: order-1, take",
              "nested: order-1, take",
              "after: null, my own");
      assertThat(MDC.get("request")).isEqualTo("42");
    } finally {
      MDC.clear();
    }
  }
}
