package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.workflows.TalkProgram.Point;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(300)
class TalkBetweenProcessesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static Stream<Arguments> points() {
    return Arrays.stream(Product.values())
        .flatMap(
            product -> Arrays.stream(Point.values()).map(point -> Arguments.of(product, point)));
  }

  @ParameterizedTest
  @MethodSource("points")
  void killedAnywhereWhatWasSaidIsSaidOnceAndWhatWasHeardIsHeardAgain(Product product, Point point)
      throws Exception {
    try (Site site = Site.of(product)) {
      try (ChildJvm child = TalkProgram.errandUpTo(point, site.systemUrl())) {
        child.awaitLine(point.name()::equals, PATIENCE);
        child.kill();
      }
      try (DBOS dbos = TalkProgram.shop(site.systemUrl(), reached -> {}).launch()) {
        assertThat(dbos.retrieve("errand", String.class).result(PATIENCE))
            .isEqualTo("take milk, till is open, child, child closed");
        SystemRows rows = SystemRows.of(site);
        assertThat(
                rows.query(
                    "SELECT message FROM notifications WHERE destination_uuid = 'till'"
                        + " ORDER BY created_at_epoch_ms"))
            .containsExactly("\"one\"", "\"two\"", "\"three\"");
        assertThat(rows.query("SELECT message FROM notifications WHERE consumed"))
            .containsExactly("\"take milk\"");
        assertThat(dbos.eventHistory("errand")).hasSize(1);
        try (StreamReader<String> progress = dbos.readStream("errand", "progress", String.class)) {
          assertThat(progress).containsExactly("half");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void messagesEventsAndResultsPassBetweenProcesses(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos = TalkProgram.shop(site.systemUrl(), reached -> {}).launch();
        ChildJvm office = TalkProgram.office(site.systemUrl())) {
      office.awaitLine("open"::equals, PATIENCE);
      // A message from there to a workflow here.
      WorkflowHandle<String> here = dbos.start(TalkProgram.DESK, "here", StartOptions.id("here"));
      tell(office, "send here hello");
      assertThat(here.result(PATIENCE)).isEqualTo("here hello");
      // A message, an event and a result between here and a workflow there.
      tell(office, "start there");
      dbos.send("there", "welcome");
      assertThat(dbos.getEvent("there", "answer", String.class, PATIENCE)).contains("welcome");
      assertThat(dbos.retrieve("there", String.class).result(PATIENCE)).isEqualTo("there welcome");
      // A cancellation from there.
      WorkflowHandle<String> last = dbos.start(TalkProgram.DESK, "last", StartOptions.id("last"));
      tell(office, "cancel last");
      assertThatThrownBy(() -> last.result(PATIENCE))
          .isInstanceOf(WorkflowCancelledException.class);
      office.send("close");
    }
  }

  private static void tell(ChildJvm office, String line) throws InterruptedException {
    office.send(line);
    office.awaitLine("done"::equals, PATIENCE);
  }
}
