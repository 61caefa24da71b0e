package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class StreamTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> READER =
      WorkflowDefinition.of("reader", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final StreamOptions IMPATIENT =
      StreamOptions.DEFAULT.withValueTimeout(Duration.ofMillis(30));

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .workflow(CHECKOUT, checkout)
        .workflow(READER, none -> "");
  }

  private static List<Integer> read(DBOS dbos) {
    return read(dbos, StreamOptions.DEFAULT);
  }

  private static List<Integer> read(DBOS dbos, StreamOptions options) {
    try (StreamReader<Integer> progress =
        dbos.readStream("order-42", "progress", Integer.class, options)) {
      return progress.stream().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void valuesAreReadInTheirOrderWhileTheyAreWritten(Product product) throws Exception {
    CountDownLatch firstSeen = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.writeStream("progress", 10);
                      Eventually.open(firstSeen);
                      Workflow.writeStream("progress", 20);
                      Workflow.writeStream("other", "x");
                      Workflow.writeStream("progress", 30);
                      Workflow.closeStream("progress");
                      return "done";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      CompletableFuture<List<Integer>> seen =
          CompletableFuture.supplyAsync(
              () -> {
                List<Integer> values = new ArrayList<>();
                try (StreamReader<Integer> progress =
                    dbos.readStream("order-42", "progress", Integer.class)) {
                  for (int value : progress) {
                    values.add(value);
                    firstSeen.countDown();
                  }
                  assertThat(progress.offset()).isEqualTo(3);
                }
                return values;
              });

      assertThat(seen.get(60, TimeUnit.SECONDS)).containsExactly(10, 20, 30);
      assertThat(order.result()).isEqualTo("done");
      assertThat(read(dbos)).containsExactly(10, 20, 30);
      assertThat(read(dbos, StreamOptions.DEFAULT.fromOffset(2))).containsExactly(30);
      assertThat(read(dbos, StreamOptions.DEFAULT.fromOffset(3))).isEmpty();
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly(
              "DBOS.writeStream",
              "DBOS.writeStream",
              "DBOS.writeStream",
              "DBOS.writeStream",
              "DBOS.closeStream");
      assertThat(
              SystemRows.of(site)
                  .query("SELECT value FROM streams WHERE key = 'progress' ORDER BY \"offset\""))
          .containsExactly("10", "20", "30", "\"__DBOS_STREAM_CLOSED__\"");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStreamThatIsNotClosedEndsWithItsWorkflow(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      IntStream.range(0, 250).forEach(i -> Workflow.writeStream("progress", i));
                      return "done";
                    })
                .launch()) {
      dbos.start(CHECKOUT, null, ORDER);

      assertThat(read(dbos)).containsExactlyElementsOf(IntStream.range(0, 250).boxed().toList());
      assertThat(dbos.readStream("order-42", "none", Integer.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatWasWrittenBeforeACancellationIsReadToItsEnd(Product product) {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.writeStream("progress", 1);
                      Workflow.writeStream("progress", 2);
                      written.countDown();
                      Eventually.open(cancelled);
                      Workflow.writeStream("progress", 3);
                      return "done";
                    })
                .launch()) {
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(written);
      SystemRows.of(site)
          .change("UPDATE workflow_status SET status = 'CANCELLED', completed_at = 1");
      cancelled.countDown();

      assertThat(read(dbos)).containsExactly(1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void stepsThatWriteAtTheSameTimeGetOffsetsOfTheirOwn(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      List<CompletableFuture<Integer>> steps = new ArrayList<>();
                      for (int i = 0; i < 8; i++) {
                        int first = i * 10;
                        steps.add(
                            Workflow.callStepAsync(
                                "pack",
                                () -> {
                                  for (int j = 0; j < 10; j++) {
                                    Workflow.writeStream("progress", first + j);
                                  }
                                  return first;
                                }));
                      }
                      steps.forEach(CompletableFuture::join);
                      Workflow.runStep("close", () -> Workflow.closeStream("progress"));
                      return "done";
                    })
                .launch()) {
      WorkflowHandle<String> checkout = dbos.start(CHECKOUT, null, ORDER);
      List<Integer> values = read(dbos);

      assertThat(values)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 80).boxed().toList());
      for (int i = 0; i < 8; i++) {
        int writer = i;
        assertThat(values.stream().filter(value -> value / 10 == writer)).isSorted();
      }
      assertThat(checkout.result()).isEqualTo("done");
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsOnly("pack", "close");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void nothingIsWrittenBehindTheEnd(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> {
          Workflow.writeStream("progress", 1);
          Workflow.closeStream("progress");
          Workflow.closeStream("progress");
          try {
            Workflow.writeStream("progress", 2);
          } catch (IllegalStateException closed) {
            return String.valueOf(closed.getMessage());
          }
          return "written";
        };
    String refusal =
        "Stream progress of workflow order-42 was closed; nobody would read what is written behind"
            + " its end.";
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo(refusal);
        assertThat(read(dbos)).containsExactly(1);
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo(refusal);
        assertThat(SystemRows.of(site).query("SELECT value FROM streams")).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theMarkOfTheEndCannotBeAValue(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.writeStream("progress", "__DBOS_STREAM_CLOSED__");
                      return "done";
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .cause()
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "The text \"__DBOS_STREAM_CLOSED__\" marks the end of a stream and cannot be a"
                  + " value.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theEndIsKnownInTheSpellingOfAnotherLanguageToo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.writeStream("progress", 1);
                      return "done";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows.of(site)
          .change(
              "INSERT INTO streams (workflow_uuid, key, value, \"offset\", function_id,"
                  + " serialization) VALUES ('order-42', 'progress', '__DBOS_STREAM_CLOSED__', 1, 0,"
                  + " 'DBOS_JSON')");

      assertThat(read(dbos)).containsExactly(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aValueThatDoesNotComeInTimeIsAWaitThatCanGoOn(Product product) {
    CountDownLatch timedOut = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.writeStream("progress", 1);
                      Eventually.open(timedOut);
                      Workflow.writeStream("progress", 2);
                      return "done";
                    })
                .launch()) {
      dbos.start(CHECKOUT, null, ORDER);
      try (StreamReader<Integer> progress =
          dbos.readStream("order-42", "progress", Integer.class, IMPATIENT)) {
        Iterator<Integer> values = progress.iterator();
        Eventually.holds("the first value", () -> hasNext(values));
        assertThat(values.next()).isEqualTo(1);
        assertThatThrownBy(values::hasNext)
            .isInstanceOfSatisfying(
                WaitTimeoutException.class,
                elapsed -> {
                  assertThat(elapsed.workflowId()).isEqualTo("order-42");
                  assertThat(elapsed.timeout()).isEqualTo(Duration.ofMillis(30));
                })
            .hasMessage(
                "No value came on stream progress of workflow order-42 within 30 ms; the next one is"
                    + " awaited at offset 1.");
        timedOut.countDown();
        Eventually.holds("the second value", () -> hasNext(values));
        assertThat(values.next()).isEqualTo(2);
      }
    }
  }

  private static boolean hasNext(Iterator<Integer> values) {
    try {
      return values.hasNext();
    } catch (WaitTimeoutException elapsed) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAWorkflowEachValueReadIsAStep(Product product) {
    try (Site site = Site.of(product)) {
      for (int life = 0; life < 2; life++) {
        DBOS[] self = new DBOS[1];
        try (DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .workflow(
                    CHECKOUT,
                    none -> {
                      Workflow.writeStream("progress", 1);
                      Workflow.writeStream("progress", 2);
                      return "";
                    })
                .workflow(READER, none -> "read " + read(self[0]))
                .launch()) {
          self[0] = dbos;
          dbos.run(CHECKOUT, null, ORDER);

          assertThat(dbos.run(READER, null, StartOptions.id("reader-1"))).isEqualTo("read [1, 2]");
          assertThat(dbos.steps("reader-1"))
              .extracting(StepStatus::name)
              .containsOnly("DBOS.readStreamOffset")
              .hasSize(3);
          SystemRows rows = SystemRows.of(site);
          rows.change("UPDATE streams SET value = '7'");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void closingTheReaderEndsItsWait(Product product) throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(closed);
                      return "done";
                    })
                .launch()) {
      dbos.start(CHECKOUT, null, ORDER);
      StreamReader<Integer> progress = dbos.readStream("order-42", "progress", Integer.class);
      CompletableFuture<Boolean> more =
          CompletableFuture.supplyAsync(() -> progress.iterator().hasNext());
      progress.close();

      assertThat(more.get(60, TimeUnit.SECONDS)).isFalse();
      closed.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStreamOfAnUnknownWorkflowSaysSo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      assertThatThrownBy(() -> read(dbos))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id order-42 in the system database whose stream progress"
                  + " could be read. Check the id.");
      assertThatThrownBy(() -> Workflow.writeStream("progress", 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.writeStream works only inside a workflow; this thread is not running one.");
      assertThatThrownBy(() -> StreamOptions.DEFAULT.fromOffset(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The offset must not be negative: -1");
    }
  }
}
