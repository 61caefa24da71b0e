package dev.dbos.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A background thread that works in rounds. */
class RoundsTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int PATIENCE_SECONDS = 30;

  private final BlockingQueue<String> done = new LinkedBlockingQueue<>();

  @Test
  void aSignalBeginsARoundAtOnceAlsoOneThatCameDuringTheLastRound() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Rounds rounds =
        new Rounds(
            "test",
            () -> {
              done.add(Thread.currentThread().getName());
              inside.countDown();
              goOn.await();
              return LONG;
            })) {
      rounds.start();
      inside.await();
      rounds.signal();
      goOn.countDown();

      assertThat(done.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("dbos test");
      assertThat(done.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("dbos test");
      rounds.signal();
      assertThat(done.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("dbos test");
    }
  }

  @Test
  void aRoundThatFailsIsTriedAgain() throws InterruptedException {
    try (Rounds rounds =
        new Rounds(
            "test",
            () -> {
              done.add("tried");
              if (done.size() < 3) {
                throw new IllegalStateException("not yet");
              }
              return LONG;
            })) {
      rounds.start();

      for (int i = 0; i < 3; i++) {
        // Left in the queue until all have come: the rounds count them.
        while (done.size() <= i) {
          Thread.onSpinWait();
        }
      }
      assertThat(done).containsExactly("tried", "tried", "tried");
    }
  }

  @Test
  void closingEndsThePauseAndTheThread() throws InterruptedException {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    Rounds rounds =
        new Rounds(
            "test",
            () -> {
              threads.add(Thread.currentThread());
              return LONG;
            });
    rounds.start();
    Thread thread = threads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);

    rounds.close();

    assertThat(thread).isNotNull();
    assertThat(thread.isAlive()).isFalse();
    assertThat(rounds.isClosed()).isTrue();
    rounds.start();
    assertThat(threads).isEmpty();
  }

  @Test
  void whoStopsSeveralBeforeClosingThemWaitsForAllTogether() throws InterruptedException {
    int several = 8;
    CountDownLatch stuck = new CountDownLatch(several);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Rounds> all =
        Stream.generate(
                () ->
                    new Rounds(
                        "test",
                        () -> {
                          stuck.countDown();
                          goOn.await();
                          return LONG;
                        }))
            .limit(several)
            .toList();
    all.forEach(Rounds::start);
    stuck.await();

    long begin = System.nanoTime();
    all.forEach(Rounds::stop);
    all.forEach(Rounds::close);

    // One after the other it is 40 seconds.
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(30));
    goOn.countDown();
  }
}
