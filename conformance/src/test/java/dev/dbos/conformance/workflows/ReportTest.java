package dev.dbos.conformance.workflows;

import static dev.dbos.tables.StepTable.STEPS;
import static dev.dbos.tables.WorkflowTable.WORKFLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.max;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.tables.WorkflowTable;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reports of an application's own on workflows and steps. */
class ReportTest {
  private static final WorkflowDefinition<Integer, Integer> PACK =
      WorkflowDefinition.of("pack", Integer.class, Integer.class);

  private static DbosBuilder shop(Site site, SettableClock clock) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(
            PACK,
            seconds -> {
              Workflow.runStep(
                  "fill", () -> clock.advance(Duration.ofSeconds(seconds == null ? 0 : seconds)));
              return seconds;
            });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void workflowsAndStepsAreTablesOfTheApplicationsOwnContext(Product product) {
    SettableClock clock = new SettableClock();
    Instant opening = clock.instant();
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, clock).launch();
        JooqDatasource reports = JooqDatasource.create(site.systemUrl())) {
      dbos.run(PACK, 3, StartOptions.id("parcel-1"));
      dbos.run(PACK, 5, StartOptions.id("parcel-2"));

      reports.runTransaction(
          "report",
          dsl -> {
            assertThat(
                    dsl.select(WORKFLOWS.name(), count(), max(WORKFLOWS.latency()))
                        .from(WORKFLOWS.table())
                        .where(WORKFLOWS.state().eq(WorkflowState.SUCCESS))
                        .and(WORKFLOWS.createdAt().ge(opening))
                        .groupBy(WORKFLOWS.name())
                        .fetchOne())
                .isNotNull()
                .satisfies(
                    row ->
                        assertThat(row.intoList())
                            .isEqualTo(List.of("pack", 2, Duration.ofSeconds(5))));
            assertThat(
                    dsl.select(WORKFLOWS.id(), STEPS.name(), STEPS.duration(), STEPS.state())
                        .from(WORKFLOWS.table())
                        .join(STEPS.table())
                        .on(STEPS.workflowId().eq(WORKFLOWS.id()))
                        .orderBy(WORKFLOWS.createdAt().desc())
                        .limit(1)
                        .fetchSingle()
                        .intoList())
                .isEqualTo(
                    List.of("parcel-2", "fill", Duration.ofSeconds(5), StepStatus.State.SUCCESS));
          });
    }
  }

  @Test
  void theSchemaCanBeAnother() {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos = shop(site, new SettableClock()).systemDatabaseSchema("Back Office").launch();
        JooqDatasource reports = JooqDatasource.create(site.systemUrl())) {
      dbos.run(PACK, 0, StartOptions.id("parcel-1"));
      WorkflowTable workflows = WORKFLOWS.in("Back Office").as("w");

      assertThat(
              reports.<List<String>, RuntimeException>callTransaction(
                  "report",
                  dsl -> dsl.select(workflows.id()).from(workflows.table()).fetch(workflows.id())))
          .containsExactly("parcel-1");
    }
  }
}
