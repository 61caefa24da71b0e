package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.JournalFixture.end;
import static dev.dbos.internal.journal.JournalFixture.reserve;
import static dev.dbos.internal.journal.JournalFixture.start;
import static dev.dbos.internal.journal.JournalFixture.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.journal.JournalFixture.Product;
import dev.dbos.internal.journal.ObservedWriter.Hold;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class JournalTest {
  private static final String ORDER = "order-1";

  private static Thread writing(Journal journal, Checkpoint checkpoint) {
    return Thread.ofVirtual().start(() -> journal.write(checkpoint));
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(100_000);
    }
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aLoneCallerWritesByItselfAtOnce(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      Checkpoint start = start(ORDER);
      fixture.journal.write(start);
      Checkpoint step = step(ORDER, 0);
      fixture.journal.write(step);
      Checkpoint end = end(ORDER);
      fixture.journal.write(end);

      assertThat(start.startInserted()).isTrue();
      assertThat(step.stepInserted()).isTrue();
      assertThat(step.standing()).isEqualTo(new Standing("PENDING", "run of order-1"));
      assertThat(end.finished()).isTrue();
      assertThat(fixture.writer.batches()).hasSize(3);
      assertThat(fixture.stateOf(ORDER)).contains(WorkflowState.SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatQueuesUpDuringACommitSharesTheNextOne(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      Hold hold = fixture.writer.holdNext();
      List<Thread> callers = new ArrayList<>();
      callers.add(writing(fixture.journal, start("first")));
      hold.awaitEntered();
      List<Thread> others =
          IntStream.range(0, 100)
              .mapToObj(i -> writing(fixture.journal, start("order-" + i)))
              .toList();
      until(() -> fixture.journal.backlog() == 100);
      hold.release();
      callers.addAll(others);
      join(callers);

      assertThat(fixture.writer.batches()).map(List::size).containsExactly(1, 100);
      assertThat(fixture.stateOf("order-99")).contains(WorkflowState.PENDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theOrderOfArrivalIsKept(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      Hold hold = fixture.writer.holdNext();
      List<Checkpoint> arrived = new ArrayList<>(List.of(step(ORDER, 0)));
      List<Thread> callers = new ArrayList<>(List.of(writing(fixture.journal, arrived.getFirst())));
      hold.awaitEntered();
      for (int i = 1; i < 20; i++) {
        Checkpoint next = step(ORDER, i);
        arrived.add(next);
        if (i % 2 == 0) {
          fixture.journal.writeLater(next);
        } else {
          callers.add(writing(fixture.journal, next));
        }
        int waiting = i;
        until(() -> fixture.journal.backlog() == waiting);
      }
      hold.release();
      join(callers);

      assertThat(fixture.writer.batches().stream().skip(1).flatMap(List::stream))
          .containsExactlyElementsOf(arrived);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeferredCheckpointGoesWithTheNextAwaitedOne(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      // As long as somebody writes, what is deferred stays in the queue.
      Hold hold = fixture.writer.holdNext();
      Thread slow = writing(fixture.journal, step(ORDER, 0));
      hold.awaitEntered();
      List<Boolean> durable = Collections.synchronizedList(new ArrayList<>());
      Checkpoint deferred = Checkpoint.later(reserve(ORDER, 1), () -> durable.add(true));
      fixture.journal.writeLater(deferred);
      Checkpoint awaited = step(ORDER, 2);
      Thread caller = writing(fixture.journal, awaited);
      until(() -> fixture.journal.backlog() == 2);
      hold.release();
      join(List.of(slow, caller));

      assertThat(durable).containsExactly(true);
      assertThat(fixture.writer.batches()).last().isEqualTo(List.of(deferred, awaited));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeferredCheckpointIsWrittenSoonByItself(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      List<Duration> times = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        CountDownLatch durable = new CountDownLatch(1);
        long handedIn = System.nanoTime();
        fixture.journal.writeLater(Checkpoint.later(reserve(ORDER, i), durable::countDown));
        until(() -> durable.getCount() == 0);
        times.add(Duration.ofNanos(System.nanoTime() - handedIn));
      }
      // 50 ms are promised; a machine that is busy with other tests may be late, but not each time.
      assertThat(Collections.min(times)).isLessThan(Duration.ofMillis(200));
      assertThat(fixture.stepsOf(ORDER)).hasSize(5);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeferredCheckpointThatArrivesDuringASlowCommitIsWrittenSoonAfterIt(Product product)
      throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      Hold hold = fixture.writer.holdNext();
      Thread slow = writing(fixture.journal, step(ORDER, 0));
      hold.awaitEntered();
      CountDownLatch durable = new CountDownLatch(1);
      fixture.journal.writeLater(Checkpoint.later(reserve(ORDER, 1), durable::countDown));
      // Long enough for the flusher to come, find the journal led and wait for its turn.
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3 * CheckpointQueue.LATEST_MILLIS));
      hold.release();
      slow.join();

      assertThat(durable.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void flushWritesWhatIsDeferredAndWithoutAnythingWritesNothing(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      fixture.journal.writeLater(Checkpoint.later(reserve(ORDER, 0), () -> {}));
      fixture.journal.flush();
      assertThat(fixture.stepsOf(ORDER)).containsExactly(0);

      fixture.journal.flush();
      assertThat(fixture.writer.batches()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRowTheDatabaseRefusesFailsAlone(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.writer.refuse(
          checkpoint ->
              checkpoint.start() != null && checkpoint.start().workflowId().equals("bad"));
      Hold hold = fixture.writer.holdNext();
      List<Thread> callers = new ArrayList<>(List.of(writing(fixture.journal, start("first"))));
      hold.awaitEntered();
      AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
      Thread bad =
          Thread.ofVirtual()
              .start(() -> seen.set(catchThrowable(() -> fixture.journal.write(start("bad")))));
      callers.add(writing(fixture.journal, start("good")));
      callers.add(bad);
      until(() -> fixture.journal.backlog() == 2);
      hold.release();
      join(callers);

      assertThat(seen.get())
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessage(
              "The system database did not take a checkpoint: a value of this row is not"
                  + " acceptable");
      assertThat(fixture.stateOf("good")).contains(WorkflowState.PENDING);
      assertThat(fixture.stateOf("bad")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorOfTheWriterLeavesNobodyWaiting(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.writer.refuse(
          checkpoint -> {
            throw new StackOverflowError("too deep");
          });
      assertThatThrownBy(() -> fixture.journal.write(start("bad")))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasRootCauseInstanceOf(StackOverflowError.class);
      fixture.writer.refuse(checkpoint -> false);

      fixture.journal.write(start("good"));
      assertThat(fixture.stateOf("good")).contains(WorkflowState.PENDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBrokenConnectionIsOutlasted(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.writer.breakBefore(3);
      Checkpoint start = start(ORDER);
      fixture.journal.write(start);

      assertThat(start.startInserted()).isTrue();
      assertThat(fixture.writer.batches()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aLostAcknowledgementWritesNothingTwice(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start(ORDER));
      fixture.writer.breakAfterCommitOf(1);
      Checkpoint step = step(ORDER, 0);
      fixture.journal.write(step);

      assertThat(step.standing()).isEqualTo(new Standing("PENDING", "run of order-1"));
      assertThat(fixture.stepsOf(ORDER)).containsExactly(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anInterruptLosesNeitherTheCheckpointNorTheFlag(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      Hold hold = fixture.writer.holdNext();
      List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
      List<Thread> callers = new ArrayList<>();
      for (String order : List.of("leader", "follower")) {
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      Thread.currentThread().interrupt();
                      fixture.journal.write(start(order));
                      flags.add(Thread.currentThread().isInterrupted());
                    }));
        hold.awaitEntered();
      }
      until(() -> fixture.journal.backlog() == 1);
      hold.release();
      join(callers);

      assertThat(flags).containsExactly(true, true);
      assertThat(fixture.stateOf("leader")).isPresent();
      assertThat(fixture.stateOf("follower")).isPresent();
    }
  }
}
