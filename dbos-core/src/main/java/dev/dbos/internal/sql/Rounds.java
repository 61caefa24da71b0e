package dev.dbos.internal.sql;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that one background thread does in rounds, until it is closed. A round that fails is told
 * once, and tried again with growing pauses; that it works again is told once, too.
 */
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String name;
  private final Work work;
  private final Runnable lastWords;
  private final Backoff outages;
  private final Object signal = new Object();
  private boolean signalled;
  private boolean closed;
  private long patientUntil;
  private volatile boolean failing;
  private @Nullable Thread thread;

  /** What is done in each round. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does it.
     *
     * @return how long to pause until the next round, unless there is a signal
     */
    Duration round() throws Exception;
  }

  /**
   * Prepares it.
   *
   * @param name of the thread after "dbos ", and in messages: {@code queue emails}
   */
  public Rounds(String name, Work work) {
    this(name, work, Backoff.forOutages(ThreadLocalRandom.current()).cap());
  }

  /**
   * Prepares what has to be tried again soon.
   *
   * @param longestPause after a failure
   */
  public Rounds(String name, Work work, Duration longestPause) {
    this(name, work, longestPause, () -> {});
  }

  /**
   * Prepares what has something to leave behind in the end.
   *
   * @param longestPause after a failure
   * @param lastWords said on the thread after the last round, so that a database that is away keeps
   *     nobody who closes this longer than the rounds do; a failure is not told
   */
  public Rounds(String name, Work work, Duration longestPause, Runnable lastWords) {
    this.name = name;
    this.work = work;
    this.lastWords = lastWords;
    Backoff usual = Backoff.forOutages(ThreadLocalRandom.current());
    this.outages = new Backoff(usual.first(), usual.factor(), longestPause, new SplittableRandom());
  }

  /** Begins the first round; does nothing when closed, or when it was started before. */
  public void start() {
    synchronized (signal) {
      if (thread == null && !closed) {
        thread = new Thread(this::work, "dbos " + name);
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  /** Has the next round begin at once. */
  public void signal() {
    synchronized (signal) {
      signalled = true;
      signal.notifyAll();
    }
  }

  /** Whether a long round should come to its end. */
  public boolean isClosed() {
    synchronized (signal) {
      return closed;
    }
  }

  /** Whether the last round failed. */
  public boolean isFailing() {
    return failing;
  }

  private void work() {
    repeat();
    try {
      lastWords.run();
    } catch (RuntimeException failure) {
      LOG.debug("Thread \"dbos {}\" could not end in order", name, failure);
    }
  }

  private void repeat() {
    int failures = 0;
    Duration pause = Duration.ZERO;
    while (pauseUnlessClosed(pause, failures > 0)) {
      try {
        pause = work.round();
        if (failures > 0) {
          LOG.info("Thread \"dbos {}\" works again", name);
          failures = 0;
        }
      } catch (InterruptedException interrupted) {
        return;
      } catch (Exception failure) {
        if (failures++ == 0 && !isClosed()) {
          LOG.warn("Thread \"dbos {}\" has failed; trying on", name, failure);
        }
        pause = outages.after(failures);
      }
      failing = failures > 0;
    }
  }

  /** A pause after a failure is not cut short by signals, or many of them would be a storm. */
  private boolean pauseUnlessClosed(Duration pause, boolean undisturbed) {
    long deadline = System.nanoTime() + pause.toNanos();
    synchronized (signal) {
      for (long left = pause.toNanos(); left > 0 && !closed && (undisturbed || !signalled); ) {
        try {
          TimeUnit.NANOSECONDS.timedWait(signal, Math.max(left, 1_000_000));
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
        left = deadline - System.nanoTime();
      }
      signalled = false;
      return !closed;
    }
  }

  /** Begins no further round. */
  public void stop() {
    synchronized (signal) {
      if (!closed) {
        closed = true;
        patientUntil = System.nanoTime() + PATIENCE.toNanos();
        signal.notifyAll();
      }
    }
  }

  /**
   * Stops, and waits for the end of the round that is under way: at most 5 seconds from when it was
   * stopped. So whoever closes several stops all of them first.
   */
  @Override
  public void close() {
    stop();
    Thread working;
    long left;
    synchronized (signal) {
      working = thread;
      left = patientUntil - System.nanoTime();
    }
    if (working != null && left > 0 && !Thread.currentThread().equals(working)) {
      try {
        working.join(Duration.ofNanos(left));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
