package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.JournalFixture.end;
import static dev.dbos.internal.journal.JournalFixture.reserve;
import static dev.dbos.internal.journal.JournalFixture.start;
import static dev.dbos.internal.journal.JournalFixture.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.internal.journal.JournalFixture.Product;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class JournalUnderLoadTest {
  private static final int WORKERS = 64;
  private static final int STEPS = 200;

  /** Each worker is an order: it starts, makes its steps, some of them deferred, and ends. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void noCallerIsForgottenAndNoCheckpointLost(Product product) throws Exception {
    AtomicInteger durable = new AtomicInteger();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (JournalFixture fixture = new JournalFixture(product)) {
      List<Thread> workers = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        String order = "order-" + worker;
        Thread.Builder kind = worker % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
        workers.add(kind.start(() -> work(fixture.journal, order, durable, failures)));
      }
      for (Thread worker : workers) {
        worker.join();
      }

      assertThat(failures).isEmpty();
      assertThat(durable).hasValue(WORKERS * STEPS / 4);
      for (int worker = 0; worker < WORKERS; worker++) {
        assertThat(fixture.stepsOf("order-" + worker)).hasSize(STEPS);
      }
      assertThat(fixture.writer.batches()).hasSizeLessThan(WORKERS * STEPS / 2);
      assertThat(fixture.connectionsInUse()).isZero();
    }
  }

  private static void work(
      Journal journal, String order, AtomicInteger durable, List<Throwable> failures) {
    try {
      journal.write(start(order));
      for (int i = 0; i < STEPS; i++) {
        if (i % 4 == 1) {
          journal.writeLater(Checkpoint.later(reserve(order, i), durable::incrementAndGet));
        } else {
          Checkpoint step = step(order, i);
          journal.write(step);
          assertThat(step.stepInserted()).isTrue();
        }
        if (i % 50 == 49) {
          journal.flush();
        }
      }
      Checkpoint end = end(order);
      journal.write(end);
      assertThat(end.finished()).isTrue();
    } catch (Throwable failure) {
      failures.add(failure);
    }
  }
}
