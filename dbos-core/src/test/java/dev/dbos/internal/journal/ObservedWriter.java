package dev.dbos.internal.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The real writer, which a test watches, holds up and disturbs. */
final class ObservedWriter implements BatchWriter {
  private final BatchWriter writer;
  private final List<List<Checkpoint>> batches = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger outages = new AtomicInteger();
  private final AtomicInteger lostAcknowledgements = new AtomicInteger();
  private volatile Predicate<Checkpoint> poison = checkpoint -> false;
  private volatile @Nullable Hold hold;

  ObservedWriter(BatchWriter writer) {
    this.writer = writer;
  }

  /** Keeps the next batch from being written until it is released. */
  static final class Hold {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    void awaitEntered() throws InterruptedException {
      if (!entered.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("no batch is written");
      }
    }

    void release() {
      released.countDown();
    }
  }

  @Override
  public void write(List<Checkpoint> batch) throws SQLException {
    Hold held = hold;
    if (held != null) {
      hold = null;
      held.entered.countDown();
      awaitRelease(held);
    }
    if (outages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new SQLException("the server is away", "08006");
    }
    if (batch.stream().anyMatch(poison)) {
      throw new SQLException("a value of this row is not acceptable", "22021");
    }
    writer.write(batch);
    if (lostAcknowledgements.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new SQLException("the connection broke after the commit", "08006");
    }
    batches.add(List.copyOf(batch));
  }

  private static void awaitRelease(Hold held) {
    try {
      if (!held.released.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the batch was never released");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("the journal writes with the interrupt flag set", e);
    }
  }

  Hold holdNext() {
    Hold next = new Hold();
    hold = next;
    return next;
  }

  void breakBefore(int batchesToRefuse) {
    outages.set(batchesToRefuse);
  }

  void breakAfterCommitOf(int batchesToLose) {
    lostAcknowledgements.set(batchesToLose);
  }

  void refuse(Predicate<Checkpoint> rows) {
    poison = rows;
  }

  /** What was written, commit by commit. */
  List<List<Checkpoint>> batches() {
    return List.copyOf(batches);
  }
}
