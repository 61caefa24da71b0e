package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SmokeTest {
  private static final WorkflowDefinition<String, Integer> RESERVE =
      WorkflowDefinition.of("reserve", String.class, Integer.class);

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowRunsATransactionAndAStep(Product product) {
    try (Site site = Site.of(product, Arrangement.DIFFERENT_DATABASE);
        JooqDatasource shop = JooqDatasource.builder(site.applicationUrl()).name("shop").build()) {
      shop.runTransaction("create", tx -> tx.execute("create table stock (sku varchar(20))"));
      try (DBOS dbos =
          DBOS.builder("smoke-test")
              .systemDatabaseUrl(site.systemUrl())
              .workflow(
                  RESERVE,
                  sku -> {
                    String checked = Workflow.callStep("check", () -> sku + "!");
                    return shop.callTransaction(
                        "insert", tx -> tx.execute("insert into stock values (?)", checked));
                  })
              .launch()) {
        assertThat(dbos.start(RESERVE, "tea").result()).isEqualTo(1);
        assertThat(dbos.run(RESERVE, "tea")).isEqualTo(1);
        assertThat(dbos.list(dev.dbos.workflow.WorkflowQuery.all()))
            .allSatisfy(
                workflow ->
                    assertThat(dbos.steps(workflow.id()))
                        .extracting(StepStatus::name)
                        .containsExactly("check", "insert"));
      }
    }
  }
}
