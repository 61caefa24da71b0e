package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.JournalFixture.reserve;
import static dev.dbos.internal.journal.JournalFixture.start;
import static dev.dbos.internal.journal.JournalFixture.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.journal.JournalFixture.Product;
import dev.dbos.internal.journal.ObservedWriter.Hold;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class JournalCloseTest {
  private static final String CLOSED =
      "This DBOS is closed. Workflows that had not ended stay PENDING and go on at the next"
          + " launch.";

  @ParameterizedTest
  @EnumSource(Product.class)
  void closeWritesWhatIsDeferred(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start("order-1"));
      for (int i = 0; i < 10; i++) {
        fixture.journal.writeLater(Checkpoint.later(reserve("order-1", i), () -> {}));
      }
      fixture.journal.close();

      assertThat(fixture.stepsOf("order-1")).hasSize(10);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void afterCloseEverythingIsRefused(Product product) {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.close();
      fixture.journal.close();

      assertThatThrownBy(() -> fixture.journal.write(start("order-1")))
          .isInstanceOf(DbosClosedException.class)
          .hasMessage(CLOSED);
      assertThatThrownBy(
              () -> fixture.journal.writeLater(Checkpoint.later(reserve("order-1", 0), () -> {})))
          .isInstanceOf(DbosClosedException.class)
          .hasMessage(CLOSED);
      assertThat(fixture.stateOf("order-1")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void closeWaitsForTheCommitUnderWayAndForThoseBehindIt(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      Hold hold = fixture.writer.holdNext();
      Thread first = Thread.ofVirtual().start(() -> fixture.journal.write(start("order-1")));
      hold.awaitEntered();
      Thread second = Thread.ofVirtual().start(() -> fixture.journal.write(start("order-2")));
      while (second.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      Thread closing = Thread.ofVirtual().start(fixture.journal::close);
      while (closing.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      hold.release();
      closing.join();

      assertThat(fixture.stateOf("order-1")).isPresent();
      assertThat(fixture.stateOf("order-2")).isPresent();
      first.join();
      second.join();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aJournalThatIsAbandonedDuringAnOutageGivesUp(Product product) throws Exception {
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start("order-1"));
      fixture.writer.breakBefore(Integer.MAX_VALUE);
      AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> seen.set(catchThrowable(() -> fixture.journal.write(step("order-1", 0)))));
      fixture.journal.abandonAfter(Duration.ZERO);
      caller.join();
      fixture.journal.close();

      assertThat(seen.get()).isInstanceOf(DbosClosedException.class).hasMessage(CLOSED);
      assertThat(fixture.stepsOf("order-1")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aFullJournalHoldsItsCallersBackAndLosesNothing(Product product) throws Exception {
    int crowd = 10_050;
    AtomicInteger durable = new AtomicInteger();
    try (JournalFixture fixture = new JournalFixture(product)) {
      fixture.journal.write(start("order-1"));
      Hold hold = fixture.writer.holdNext();
      Thread slow = Thread.ofVirtual().start(() -> fixture.journal.write(start("order-2")));
      hold.awaitEntered();
      AtomicInteger handedIn = new AtomicInteger();
      Thread flood =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < crowd; i++) {
                      fixture.journal.writeLater(
                          Checkpoint.later(reserve("order-1", i), durable::incrementAndGet));
                      handedIn.incrementAndGet();
                    }
                  });
      while (handedIn.get() < 10_000 || flood.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(handedIn).hasValue(10_000);
      hold.release();
      for (Thread thread : List.of(slow, flood)) {
        thread.join();
      }
      fixture.journal.flush();

      assertThat(durable).hasValue(crowd);
      assertThat(fixture.stepsOf("order-1")).hasSize(crowd);
    }
  }
}
