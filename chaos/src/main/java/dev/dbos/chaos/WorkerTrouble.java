package dev.dbos.chaos;

import dev.dbos.testing.ChildJvm;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

/** What happens to processes that live on: they stand still, and their clocks jump. */
final class WorkerTrouble implements Troublemaker {
  private static final int MAX_FROZEN_MILLIS = 400;
  private static final int MAX_STEP_MILLIS = 3_000;

  private final List<Slot> slots;
  private final Tally tally;

  WorkerTrouble(List<Slot> slots, Tally tally) {
    this.slots = slots;
    this.tally = tally;
  }

  @Override
  public List<Fault> kinds() {
    return List.of(Fault.FROZEN, Fault.CLOCK_STEP);
  }

  @Override
  public boolean make(Fault fault, SplittableRandom random) throws InterruptedException {
    ChildJvm worker = slots.get(random.nextInt(slots.size())).current();
    int millis = random.nextInt(MAX_FROZEN_MILLIS);
    int offset = random.nextInt(-MAX_STEP_MILLIS, MAX_STEP_MILLIS);
    if (worker == null || !worker.isAlive()) {
      return false;
    }
    if (fault == Fault.CLOCK_STEP) {
      return step(worker, offset);
    }
    worker.freeze();
    try {
      tally.pause(millis);
    } finally {
      worker.thaw();
    }
    return true;
  }

  private static boolean step(ChildJvm worker, int offset) {
    try {
      worker.send(Lines.CLOCK + " " + offset);
      return true;
    } catch (UncheckedIOException gone) {
      return false;
    }
  }
}
