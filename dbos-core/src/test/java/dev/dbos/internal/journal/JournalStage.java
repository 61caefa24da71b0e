package dev.dbos.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.StepRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One run of a journal, by a script, on a real database; then what was told is compared with it.
 */
final class JournalStage {
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final String POISONED = "poisoned";
  private static final long PATIENCE_SECONDS = 60;

  /** What a producer does next. */
  enum Act {
    WRITE,
    LATER,
    POISONED_WRITE,
    POISONED_LATER,
    FLUSH
  }

  /** What becomes of a batch. */
  enum Fate {
    FINE,
    CONFLICT,
    AWAY,
    ACKNOWLEDGEMENT_LOST,
    REFUSED
  }

  /**
   * A run of the journal.
   *
   * @param producers what each of the threads does
   * @param fates what becomes of the batches, one after the other; of all others nothing special
   * @param closeAfter after how many acts it is closed; beyond the last for not until all are done
   */
  record Script(List<List<Act>> producers, List<Fate> fates, int closeAfter) {}

  /** A step that was handed in, and what its producer knows of it. */
  private record Told(String order, int stepId, String outcome) {}

  private final JournalFixture fixture;
  private final Script script;
  private final Journal journal;
  private final Deque<Fate> fates;
  private final int run = RUNS.incrementAndGet();
  private final AtomicInteger acts = new AtomicInteger();
  private final Queue<Told> told = new ConcurrentLinkedQueue<>();
  private final Queue<Told> durable = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

  JournalStage(JournalFixture fixture, Script script) {
    this.fixture = fixture;
    this.script = script;
    this.fates = new ConcurrentLinkedDeque<>(script.fates());
    this.journal = new Journal("system database", this::write);
  }

  /** Some of the batch is never taken; the script says what else befalls it. */
  private void write(List<Checkpoint> batch) throws SQLException {
    Fate fate = Objects.requireNonNullElse(fates.poll(), Fate.FINE);
    switch (fate) {
      case CONFLICT -> throw new SQLException("somebody was in the way", "40001");
      case AWAY -> throw new SQLException("the server is away", "08006");
      case REFUSED -> {
        if (batch.size() > 1) {
          throw new SQLException("one of them is not acceptable", "22021");
        }
      }
      case FINE, ACKNOWLEDGEMENT_LOST -> {}
    }
    if (batch.stream().anyMatch(JournalStage::isPoisoned)) {
      throw new SQLException("a value of this row is not acceptable", "22021");
    }
    fixture.writer.write(batch);
    if (fate == Fate.ACKNOWLEDGEMENT_LOST) {
      throw new SQLException("the connection broke after the commit", "08006");
    }
  }

  private static boolean isPoisoned(Checkpoint checkpoint) {
    return checkpoint.step() != null && checkpoint.step().step().name().equals(POISONED);
  }

  void play() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int producer = 0; producer < script.producers().size(); producer++) {
      String order = "order-" + run + "-" + producer;
      List<Act> part = script.producers().get(producer);
      fixture.journal.write(JournalFixture.start(order));
      threads.add(Thread.ofVirtual().unstarted(() -> produce(order, part)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(PATIENCE_SECONDS)))
          .as("a producer of %s was left waiting", script)
          .isTrue();
    }
    journal.close();
    check();
  }

  private void produce(String order, List<Act> part) {
    int stepId = 0;
    Set<Integer> deferred = new HashSet<>();
    for (Act act : part) {
      if (acts.getAndIncrement() == script.closeAfter()) {
        journal.close();
      }
      try {
        boolean closed = !perform(order, stepId++, act, deferred);
        if (closed) {
          return;
        }
      } catch (Throwable failure) {
        unexpected.add(failure);
        return;
      }
    }
  }

  /** False when the journal is closed. */
  private boolean perform(String order, int stepId, Act act, Set<Integer> deferred) {
    StepRow row = row(order, stepId, act);
    try {
      switch (act) {
        case WRITE, POISONED_WRITE -> {
          journal.write(Checkpoint.of(row));
          told.add(new Told(order, stepId, "durable"));
          requireDurable(order, deferred);
        }
        case LATER, POISONED_LATER -> {
          journal.writeLater(
              Checkpoint.later(row, () -> durable.add(new Told(order, stepId, "durable"))));
          if (act == Act.LATER) {
            deferred.add(stepId);
          } else {
            told.add(new Told(order, stepId, "refused"));
          }
        }
        case FLUSH -> {
          journal.flush();
          requireDurable(order, deferred);
        }
      }
      return true;
    } catch (DbosClosedException closed) {
      told.add(new Told(order, stepId, "closed"));
      return false;
    } catch (DatabaseUnavailableException refused) {
      assertThat(act).isEqualTo(Act.POISONED_WRITE);
      told.add(new Told(order, stepId, "refused"));
      return true;
    }
  }

  /** What was deferred before is durable once anything handed in after it is. */
  private void requireDurable(String order, Set<Integer> deferred) {
    for (int stepId : deferred) {
      assertThat(durable).contains(new Told(order, stepId, "durable"));
    }
  }

  private static StepRow row(String order, int stepId, Act act) {
    StepRow fine = JournalFixture.reserve(order, stepId);
    if (act != Act.POISONED_WRITE && act != Act.POISONED_LATER) {
      return fine;
    }
    StepRecord step = fine.step();
    return new StepRow(
        fine.workflowId(),
        fine.runToken(),
        fine.applicationName(),
        new StepRecord(stepId, POISONED, step.payload(), null, 1_000, 2_000));
  }

  private void check() {
    assertThat(unexpected).as("%s", script).isEmpty();
    assertThat(journal.backlog()).isZero();
    assertThat(new HashSet<>(durable)).as("each is told once").hasSameSizeAs(durable);
    told.addAll(durable);
    for (int producer = 0; producer < script.producers().size(); producer++) {
      String order = "order-" + run + "-" + producer;
      assertThat(fixture.stepsOf(order))
          .as("%s: what is there of %s is what somebody was told", script, order)
          .containsExactlyElementsOf(
              told.stream()
                  .filter(one -> one.order().equals(order) && one.outcome().equals("durable"))
                  .map(Told::stepId)
                  .sorted()
                  .toList());
    }
  }
}
