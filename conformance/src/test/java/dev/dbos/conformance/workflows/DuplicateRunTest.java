package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A workflow that two processes run at once, because one was taken for dead: whatever it does, it
 * leaves what one run alone leaves, and both tell the same outcome.
 */
@Timeout(300)
class DuplicateRunTest {
  static Stream<Arguments> deeds() {
    return Arrays.stream(Product.values())
        .flatMap(product -> Arrays.stream(Deed.values()).map(deed -> Arguments.of(product, deed)));
  }

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private void waitToGoOn() {
    reached.countDown();
    Eventually.open(goOn);
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void theRunThatComesLateAddsNothingAndAdoptsTheOutcome(Product product, Deed deed) {
    try (Deeds deeds = new Deeds(product)) {
      DBOS late = deeds.launch(deeds.site().systemUrl(), this::waitToGoOn);
      deeds.prepare(late, deed);
      send(deed, late);
      WorkflowHandle<String> overtaken = late.start(Deeds.DO, deed.name(), StartOptions.id("it"));
      Eventually.open(reached);

      DBOS early = deeds.launch(deeds.site().systemUrl(), () -> {});
      String outcome = early.retrieve("it", String.class).result(Eventually.BOUND);
      Map<String, Object> traces = deeds.traces();
      goOn.countDown();

      assertThat(overtaken.result(Eventually.BOUND)).isEqualTo(outcome);
      Eventually.holds("the late run has left", () -> late.health().work().running() == 0);
      assertThat(deeds.traces()).isEqualTo(traces);
      assertThat(traces.get("it")).asString().isEqualTo("[SUCCESS]");
    }
  }

  private static void send(Deed deed, DBOS dbos) {
    if (deed == Deed.RECEIVING) {
      // Before it is received: sent to a workflow that has to exist.
      Thread.ofVirtual()
          .start(
              () -> {
                Eventually.holds("it is there", () -> dbos.status("it").isPresent());
                dbos.send(
                    dev.dbos.workflow.Message.to("it", "letter")
                        .withTopic("mail")
                        .withIdempotencyKey("letter"));
              });
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOutcomeIsNotOverwrittenByARunThatEndsLate(Product product) {
    try (Deeds deeds = new Deeds(product)) {
      DBOS dbos = deeds.launch(deeds.site().systemUrl(), this::waitToGoOn);
      WorkflowHandle<String> it = dbos.start(Deeds.DO, Deed.STEP.name(), StartOptions.id("it"));
      Eventually.open(reached);
      SystemRows.of(deeds.site())
          .change(
              "UPDATE workflow_status SET status = 'SUCCESS', output = '\"somebody else''s\"',"
                  + " owner_xid = 'somebody'");
      goOn.countDown();

      assertThat(it.result(Eventually.BOUND)).isEqualTo("somebody else's");
      assertThat(SystemRows.of(deeds.site()).query("SELECT output FROM workflow_status"))
          .containsExactly("\"somebody else's\"");
    }
  }
}
