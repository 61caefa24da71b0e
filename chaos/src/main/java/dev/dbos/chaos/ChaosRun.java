package dev.dbos.chaos;

import dev.dbos.testing.ChildJvm;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * One run: workers and trouble, then peace until every workflow has ended, then the audit.
 *
 * <p>All that is drawn at random comes from the seed, and each actor draws from a source of its
 * own, so the same seed gives each the same sequence of orders and faults again. At which moment of
 * a transfer a fault strikes is up to the machine.
 */
final class ChaosRun {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration SWEEPING = Duration.ofMinutes(1);
  private static final Duration SWEPT_AFTER = Duration.ofHours(3);
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();
  private static final int IN_FLIGHT = 4;
  private static final int TROUBLE_PAUSE_MILLIS = 250;
  private static final int CALM_PAUSE_MILLIS = 1_000;

  private final ChaosOptions options;
  private final Site site;
  private final WorkerImage image;
  private final Tally tally;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Thread> actors = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  private ChaosRun(ChaosOptions options, Site site, WorkerImage image) {
    this.options = options;
    this.site = site;
    this.image = image;
    this.tally = new Tally(options);
  }

  /** Runs on databases of its own, with workers of its own. */
  static ChaosReport run(ChaosOptions options) throws SQLException, InterruptedException {
    try (Site site = Site.of(options.arrangement());
        WorkerImage image = WorkerImage.create(options.patches())) {
      return new ChaosRun(options, site, image).run();
    }
  }

  private ChaosReport run() throws SQLException, InterruptedException {
    image.train(directly("trainee"));
    try (Canceller canceller = new Canceller(site, tally)) {
      unleash(canceller);
      if (!tally.awaitEnough(options.limit())) {
        violations.add("there were not enough faults within " + options.limit());
        tally.end();
      }
      for (Thread actor : actors) {
        actor.join();
      }
      tally.note("peace");
      settle();
    } finally {
      tally.end();
      slots.forEach(slot -> slot.links().close());
    }
    Books books = Books.read(site);
    violations.addAll(Audit.violations(site, books, options.seed()));
    long cancelled =
        books.workflows().values().stream()
            .filter(workflow -> workflow.status().equals("CANCELLED"))
            .count();
    return new ChaosReport(
        options,
        tally.counts(),
        books.workflows().size(),
        cancelled,
        tally.elapsed(),
        List.copyOf(violations),
        diary());
  }

  private void unleash(Canceller canceller) {
    SplittableRandom random = new SplittableRandom(options.seed());
    Slot.Crew crew = new Slot.Crew(image, canceller, tally, options.focus());
    for (int number = 1; number <= options.workers(); number++) {
      Links links = new Links(site);
      WorkerOptions worker =
          new WorkerOptions("worker-" + number, options.seed(), IN_FLIGHT, 0, 0, links.urls());
      slots.add(new Slot(crew, links, worker, random.split()));
    }
    slots.forEach(slot -> begin(slot.name(), slot));
    trouble("cancellations", canceller, random.split(), CALM_PAUSE_MILLIS);
    trouble("processes", new WorkerTrouble(slots, tally), random.split(), TROUBLE_PAUSE_MILLIS);
    switch (site) {
      case SqliteSite sqlite -> {
        FileTrouble files = new FileTrouble(sqlite, tally);
        trouble("files", files, random.split(), TROUBLE_PAUSE_MILLIS);
      }
      case PostgresSite postgres -> {
        NetworkTrouble network = new NetworkTrouble(slots, tally);
        trouble("network 1", network, random.split(), TROUBLE_PAUSE_MILLIS);
        trouble("network 2", network, random.split(), TROUBLE_PAUSE_MILLIS);
        ServerTrouble server = new ServerTrouble(postgres, tally);
        trouble("server", server, random.split(), CALM_PAUSE_MILLIS);
      }
    }
  }

  private void trouble(String name, Troublemaker maker, SplittableRandom random, int pause) {
    begin(name, Troublemaker.endless(maker, options.without(), tally, random, pause));
  }

  private void begin(String name, Runnable actor) {
    actors.add(Thread.ofPlatform().daemon().name("chaos " + name).start(actor));
  }

  /** Lets the workers finish everything, undisturbed; then old output rows are swept. */
  private void settle() throws SQLException, InterruptedException {
    List<ChildJvm> workers = new ArrayList<>();
    try {
      for (Slot slot : slots) {
        slot.links().heal();
        workers.add(image.start(directly(slot.name()).idle()));
      }
      if (!isSoonTrue(PATIENCE, this::haveAllEnded)) {
        violations.add("some workflows have not ended " + PATIENCE + " after the last fault");
      }
      tally.note("all have ended");
      // Their deaths leave nothing behind any more.
      workers.forEach(ChildJvm::close);
      sweep();
    } finally {
      workers.forEach(
          worker -> {
            worker.close();
            worker.errorLines().forEach(tally::note);
          });
    }
  }

  /** What killed processes left in the output tables goes away as soon as it is old. */
  private void sweep() throws SQLException, InterruptedException {
    WorkerOptions late = directly("sweeper").idle().withClockOffset(SWEPT_AFTER.toMillis());
    try (ChildJvm sweeper = image.start(late)) {
      sweeper.awaitLine(Lines.LAUNCHED::equals, PATIENCE);
      if (!isSoonTrue(SWEEPING, () -> Books.read(site).uselessOutputRows().isEmpty())) {
        sweeper.errorLines().forEach(tally::note);
      }
    }
    tally.note("swept");
  }

  private boolean haveAllEnded() throws SQLException {
    String unfinished =
        "select count(*) from "
            + site.systemTable("workflow_status")
            + " where status in ('PENDING', 'ENQUEUED', 'DELAYED')";
    try (Connection connection = site.connect(Store.SYSTEM);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(unfinished)) {
      return row.next() && row.getLong(1) == 0;
    }
  }

  private static boolean isSoonTrue(Duration patience, Condition condition) throws SQLException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.isTrue()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return true;
  }

  @FunctionalInterface
  private interface Condition {
    boolean isTrue() throws SQLException;
  }

  /** A worker without a proxy in its way. */
  private WorkerOptions directly(String executorId) {
    Map<Store, String> urls = new EnumMap<>(Store.class);
    for (Store store : Store.values()) {
      urls.put(store, site.url(store));
    }
    return new WorkerOptions(executorId, options.seed(), IN_FLIGHT, 0, 0, urls);
  }

  private List<String> diary() {
    List<String> lines = new ArrayList<>(tally.diary());
    for (Slot slot : slots) {
      lines.add("==== " + slot.name());
      lines.addAll(slot.log());
    }
    return lines;
  }
}
