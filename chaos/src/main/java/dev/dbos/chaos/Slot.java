package dev.dbos.chaos;

import dev.dbos.chaos.Focus.Fate;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The place of one worker: there is always one of its name, whatever becomes of it. Ends it in one
 * way or another soon after its first work is seen, and starts the next.
 */
final class Slot implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration FROZEN_AT_MOST = Duration.ofSeconds(3);
  private static final Duration AT_POINT = Duration.ofSeconds(1);
  private static final int MAX_PASSES = 5;
  private static final int MAX_LIFE_MILLIS = 800;
  private static final int MAX_ZOMBIE_MILLIS = 600;
  private static final int MAX_STARTING_MILLIS = 900;
  private static final int MAX_CLOCK_OFFSET_MILLIS = 3_000;
  private static final int PAUSE_AFTER_FAILURE_MILLIS = 200;

  private final String name;
  private final WorkerImage image;
  private final Canceller canceller;
  private final Focus focus;
  private final WorkerOptions options;
  private final Links links;
  private final Tally tally;
  private final SplittableRandom random;
  private final List<String> log = new ArrayList<>();
  private volatile @Nullable ChildJvm current;

  /**
   * The place of one worker.
   *
   * @param crew what all places share
   * @param links the ways to the databases
   * @param options how its workers are started
   * @param random what its workers' lives are drawn from
   */
  Slot(Crew crew, Links links, WorkerOptions options, SplittableRandom random) {
    this.name = options.executorId();
    this.image = crew.image();
    this.canceller = crew.canceller();
    this.tally = crew.tally();
    this.focus = crew.focus();
    this.options = options;
    this.links = links;
    this.random = random;
  }

  /** What all places share. */
  record Crew(WorkerImage image, Canceller canceller, Tally tally, Focus focus) {}

  String name() {
    return name;
  }

  Links links() {
    return links;
  }

  /** The worker that works now, or null. */
  @Nullable ChildJvm current() {
    return current;
  }

  /** What the workers have logged. */
  synchronized List<String> log() {
    return List.copyOf(log);
  }

  @Override
  public void run() {
    try {
      while (!tally.isOver()) {
        live();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      end(current);
    }
  }

  private void live() throws InterruptedException {
    Fate fate = fate();
    if (fate == Fate.KILL_AT_LAUNCH) {
      killAtLaunch();
      return;
    }
    ChildJvm worker = current;
    if (worker == null || !worker.isAlive()) {
      end(worker);
      worker = launch();
    }
    if (worker == null) {
      return;
    }
    current = worker;
    switch (fate) {
      case KILL -> killSoon(worker);
      case KILL_AT_POINT -> killAtPoint(worker);
      case KILL_IN_COMMIT -> killInCommit(worker);
      case ZOMBIE -> replaceFrozen(worker);
      case CLOSE -> closeUnderLoad(worker);
      case KILL_AT_LAUNCH -> throw new AssertionError("It was handled above");
    }
  }

  private Fate fate() {
    Fate fate = focus.fates().get(random.nextInt(focus.fates().size()));
    return fate == Fate.KILL_IN_COMMIT && links.isEmpty() ? Fate.KILL_AT_POINT : fate;
  }

  /** A worker that works, or null when it came to nothing: its database may just be away. */
  private @Nullable ChildJvm launch() throws InterruptedException {
    return awaitWork(start());
  }

  private @Nullable ChildJvm awaitWork(ChildJvm worker) throws InterruptedException {
    try {
      if (worker.lines().contains(Lines.WORKING)) {
        return worker;
      }
      worker.awaitLine(Lines.WORKING::equals, PATIENCE);
      return worker;
    } catch (AssertionError failure) {
      tally.note(name + " could not launch");
      end(worker);
      tally.pause(PAUSE_AFTER_FAILURE_MILLIS);
      return null;
    }
  }

  private ChildJvm start() {
    long offset = random.nextInt(4) == 0 ? clockOffset() : 0;
    return image.start(options.withClockOffset(offset));
  }

  private long clockOffset() {
    return random.nextLong(-MAX_CLOCK_OFFSET_MILLIS, MAX_CLOCK_OFFSET_MILLIS);
  }

  private void killSoon(ChildJvm worker) throws InterruptedException {
    tally.pause(random.nextInt(MAX_LIFE_MILLIS));
    kill(worker, Fault.KILLED, "");
  }

  private void killAtLaunch() throws InterruptedException {
    end(current);
    ChildJvm worker = start();
    current = worker;
    tally.pause(random.nextInt(MAX_STARTING_MILLIS));
    kill(worker, Fault.KILLED_AT_LAUNCH, "");
  }

  private void killAtPoint(ChildJvm worker) throws InterruptedException {
    Optional<String> stopped = stop(worker, focus.points().stream().sorted().toList());
    kill(
        worker,
        stopped.isPresent() ? Fault.KILLED_AT_POINT : Fault.KILLED,
        stopped.orElse("elsewhere"));
  }

  /** Has a worker stop at a point; returns which one, and the workflow's id. */
  private Optional<String> stop(ChildJvm worker, List<Point> points) throws InterruptedException {
    Point point = points.get(random.nextInt(points.size()));
    int passes = 1 + random.nextInt(MAX_PASSES);
    try {
      worker.send(Lines.STOP + " " + point + " " + passes);
      String line = worker.awaitLine(said -> said.startsWith(Lines.AT), AT_POINT);
      return Optional.of(line.substring(Lines.AT.length()));
    } catch (UncheckedIOException | AssertionError notReached) {
      // It comes there seldom, or not at all in this state of the network.
      return Optional.empty();
    }
  }

  private void killInCommit(ChildJvm worker) throws InterruptedException {
    TcpProxy proxy = links.any(random);
    boolean arrives = random.nextBoolean();
    Cut cut = arrives ? proxy.cutAfterCommitSent() : proxy.cutBeforeCommit();
    try {
      cut.await(AT_POINT);
    } catch (AssertionError notReached) {
      cut.cancel();
    }
    kill(
        worker,
        cut.happened() ? Fault.KILLED_IN_COMMIT : Fault.KILLED,
        arrives ? "after" : "before");
  }

  /** The next one takes over while the first one is frozen and does not know. */
  private void replaceFrozen(ChildJvm zombie) throws InterruptedException {
    Optional<String> stopped = Optional.empty();
    if (random.nextInt(3) > 0) {
      stopped = stop(zombie, pointsOfZombies());
    } else {
      tally.pause(random.nextInt(MAX_ZOMBIE_MILLIS));
    }
    zombie.freeze();
    if (random.nextInt(2) == 0) {
      stopped.ifPresent(this::cancel);
    }
    ChildJvm next = start();
    try {
      next.awaitLine(Lines.WORKING::equals, FROZEN_AT_MOST);
      tally.pause(random.nextInt(MAX_ZOMBIE_MILLIS));
    } catch (AssertionError stuck) {
      tally.note(name + " is kept from launching, perhaps by the frozen one");
    } finally {
      zombie.thaw();
    }
    if (stopped.isPresent()) {
      say(zombie, Lines.GO);
    }
    next = awaitWork(next);
    current = next;
    if (next != null && zombie.isAlive()) {
      tally.count(Fault.ZOMBIE, name);
      tally.pause(random.nextInt(MAX_ZOMBIE_MILLIS));
      kill(zombie, Fault.ZOMBIE_KILLED, "");
    } else {
      end(zombie);
    }
  }

  /** Behind a lock of a file that somebody frozen holds nobody could take over. */
  private List<Point> pointsOfZombies() {
    return focus.points().stream()
        .filter(point -> !(links.isEmpty() && point.isInTransaction()))
        .sorted()
        .toList();
  }

  /** Cancels the workflow that has stopped, as {@link #stop} names it. */
  private void cancel(String stopped) {
    String id = stopped.substring(stopped.indexOf(' ') + 1);
    try {
      if (id.startsWith(name) && id.indexOf('-', name.length() + 1) < 0 && canceller.cancel(id)) {
        tally.count(Fault.CANCELLED, stopped);
      }
    } catch (SQLException | RuntimeException unavailable) {
      tally.note(stopped + " could not be cancelled");
    }
  }

  private static void say(ChildJvm worker, String line) {
    try {
      worker.send(line);
    } catch (UncheckedIOException gone) {
      // It was killed otherwise.
    }
  }

  private void closeUnderLoad(ChildJvm worker) throws InterruptedException {
    tally.pause(random.nextInt(MAX_ZOMBIE_MILLIS));
    try {
      worker.send(Lines.CLOSE);
      worker.awaitExit(PATIENCE);
      tally.count(Fault.CLOSED, name);
    } catch (UncheckedIOException | AssertionError failure) {
      tally.note(name + " did not close");
    }
    end(worker);
  }

  private void kill(ChildJvm worker, Fault fault, String detail) throws InterruptedException {
    boolean alive = worker.isAlive();
    worker.kill();
    if (alive) {
      tally.count(fault, name + " " + detail);
    }
    end(worker);
  }

  private void end(@Nullable ChildJvm worker) {
    if (worker != null) {
      worker.thaw();
      worker.close();
      keepLog(worker);
    }
    if (current == worker) {
      current = null;
    }
  }

  private synchronized void keepLog(ChildJvm worker) {
    log.add("---- process " + worker.pid() + " ended at " + tally.elapsed());
    log.addAll(worker.lines());
    log.addAll(worker.errorLines());
  }
}
