package dev.dbos.internal.journal;

import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StartRow;
import dev.dbos.serialization.Payload;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one workflow has to write at one moment, all of it in one commit, and afterwards what came
 * of it. Made by one thread, written by whichever leads the journal; the state change publishes the
 * results.
 */
public final class Checkpoint {
  private enum State {
    WAITING,
    LEADS,
    WRITTEN,
    FAILED
  }

  private final @Nullable StartRow start;
  private final @Nullable StepRow step;
  private final @Nullable FinishRow finish;
  private final @Nullable Runnable whenDurable;

  private volatile State state = State.WAITING;
  private long queuedAtNanos;
  private volatile @Nullable Thread waiter;
  private @Nullable Throwable failure;
  private boolean startInserted;
  private boolean stepInserted;
  private boolean finished;
  private @Nullable Standing standing;

  private Checkpoint(
      @Nullable StartRow start,
      @Nullable StepRow step,
      @Nullable FinishRow finish,
      @Nullable Runnable whenDurable) {
    this.start = start;
    this.step = step;
    this.finish = finish;
    this.whenDurable = whenDurable;
  }

  /** A workflow begins. */
  public static Checkpoint of(StartRow start) {
    return new Checkpoint(start, null, null, null);
  }

  /** A child workflow begins, and its parent's step says so. */
  public static Checkpoint of(StartRow child, StepRow parentStep) {
    return new Checkpoint(child, parentStep, null, null);
  }

  /** A step ended. */
  public static Checkpoint of(StepRow step) {
    return new Checkpoint(null, step, null, null);
  }

  /**
   * A step ended whose truth is elsewhere.
   *
   * @param whenWritten runs on the writing thread once it is settled; short, and does not throw
   */
  public static Checkpoint later(StepRow step, Runnable whenWritten) {
    return new Checkpoint(null, step, null, whenWritten);
  }

  /** A workflow ended. */
  public static Checkpoint of(FinishRow finish) {
    return new Checkpoint(null, null, finish, null);
  }

  /** Nothing to write: settled once everything before it is. */
  static Checkpoint barrier() {
    return new Checkpoint(null, null, null, null);
  }

  boolean isBarrier() {
    return start == null && step == null && finish == null;
  }

  /** The workflow that begins, or null. */
  public @Nullable StartRow start() {
    return start;
  }

  /** The step that ended, or null. */
  public @Nullable StepRow step() {
    return step;
  }

  /** The workflow that ended, or null. */
  public @Nullable FinishRow finish() {
    return finish;
  }

  /** Whether the start's row is new and ours; false when the id was taken. */
  public boolean startInserted() {
    return startInserted;
  }

  /** Whether the step's row is new; false when it was there, or the run may not write. */
  public boolean stepInserted() {
    return stepInserted;
  }

  /** Whether the end was written; false when the workflow was no longer this run's to end. */
  public boolean finished() {
    return finished;
  }

  /** How the workflow of the step stood, or null when it has no row. */
  public @Nullable Standing standing() {
    return standing;
  }

  void startInserted(boolean inserted) {
    startInserted = inserted;
  }

  void stepInserted(boolean inserted, @Nullable Standing found) {
    stepInserted = inserted;
    standing = found;
  }

  void finished(boolean written) {
    finished = written;
  }

  /** About how many characters it writes. */
  long length() {
    return (start == null ? 0 : start.inputs().length())
        + (step == null ? 0 : length(step.step().payload()))
        + (finish == null ? 0 : length(finish.outcome()));
  }

  private static long length(Payload payload) {
    return payload.text().map(String::length).orElse(0);
  }

  /** It waits from this moment on, by the clock of {@link System#nanoTime()}. */
  void queued(long nanos) {
    queuedAtNanos = nanos;
  }

  long queuedAtNanos() {
    return queuedAtNanos;
  }

  boolean isAwaited() {
    return whenDurable == null;
  }

  boolean isSettled() {
    return state == State.WRITTEN || state == State.FAILED;
  }

  void written() {
    settle(State.WRITTEN);
    if (whenDurable != null) {
      whenDurable.run();
    }
  }

  void failed(Throwable cause) {
    failure = cause;
    settle(State.FAILED);
  }

  /** Hands the lead to the thread that waits for this. */
  void promote() {
    settle(State.LEADS);
  }

  private void settle(State next) {
    state = next;
    LockSupport.unpark(waiter);
  }

  /** The failure, once settled; null when it was written. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Waits until it is settled, or this thread is to lead.
   *
   * @return whether this thread is to lead
   */
  boolean awaitSettledOrLead() {
    boolean interrupted = false;
    waiter = Thread.currentThread();
    while (state == State.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiter = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return state == State.LEADS;
  }
}
