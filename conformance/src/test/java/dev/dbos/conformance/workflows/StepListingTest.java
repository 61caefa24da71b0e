package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepListingTest {
  private static final WorkflowDefinition<Void, Integer> PACK =
      WorkflowDefinition.of("pack", Void.class, Integer.class);

  private static DBOS shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(
            PACK,
            none -> {
              for (int box = 0; box < 5; box++) {
                String number = "box " + box;
                Workflow.callStep(box % 2 == 0 ? "fetch" : "fill", () -> number);
              }
              return 5;
            })
        .launch();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void stepsAreListedPageByPage(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(PACK, null, StartOptions.id("parcel"));
      StepQuery two = StepQuery.all().withLimit(2);

      assertThat(ids(dbos.steps("parcel", two))).containsExactly(0, 1);
      assertThat(ids(dbos.steps("parcel", two.after(1)))).containsExactly(2, 3);
      assertThat(ids(dbos.steps("parcel", two.after(3)))).containsExactly(4);
      assertThat(ids(dbos.steps("parcel", two.after(4)))).isEmpty();
    }
  }

  private static List<Integer> ids(List<StepStatus> steps) {
    return steps.stream().map(StepStatus::stepId).toList();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void outputsAreOnlyReadWhenAskedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(PACK, null, StartOptions.id("parcel"));

      StepStatus small = dbos.steps("parcel", StepQuery.all().withName("fill")).getFirst();

      assertThat(small.stepId()).isEqualTo(1);
      assertThat(small.state()).isEqualTo(StepStatus.State.SUCCESS);
      assertThatIllegalStateException()
          .isThrownBy(small::payload)
          .withMessage("The output of step 1 was not read. Ask with StepQuery.withOutputs().");
      assertThat(dbos.steps("parcel").get(1).payload().outputText()).contains("box 1");
    }
  }
}
