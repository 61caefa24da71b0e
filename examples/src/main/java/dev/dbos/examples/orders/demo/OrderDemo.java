package dev.dbos.examples.orders.demo;

import dev.dbos.DBOS;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.error.DbosException;
import dev.dbos.examples.orders.LedgerGateway;
import dev.dbos.examples.orders.OrderService;
import dev.dbos.examples.orders.demo.Basket.Line;
import dev.dbos.examples.orders.demo.ShopProgram.Event;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jooq.exception.DataAccessException;

/**
 * Starts the order service in a process of its own, kills it in the middle of several checkouts,
 * starts it again, and proves from the shop's own tables that nothing was lost or done twice.
 *
 * <p>Exit code 0 when the proof holds, 1 when not, 2 when it could not begin.
 */
public final class OrderDemo {
  private static final int PROVED = 0;
  private static final int NOT_PROVED = 1;
  private static final int COULD_NOT_BEGIN = 2;
  private static final String USAGE =
      """
      usage: ./demo [--url URL]
        --url URL   where the shop's and the workflows' tables live, for example
                    postgresql://user:password@localhost/shop
                    default: two new SQLite files\
      """;

  private final Site site;
  private final Path log;
  private final JooqDatasource shop;
  private final LedgerGateway bank;
  private final Report report;

  private OrderDemo(Site site, Path log, JooqDatasource shop, Report report) {
    this.site = site;
    this.log = log;
    this.shop = shop;
    this.bank = new LedgerGateway(site.ledger());
    this.report = report;
  }

  /** Runs the demo and exits with its exit code. */
  public static void main(String[] arguments) throws Exception {
    boolean colour = Boolean.getBoolean("demo.colour");
    Path directory =
        Path.of(System.getProperty("demo.directory", System.getProperty("java.io.tmpdir")));
    System.exit(run(directory, new Screen(System.out, colour), System.err, arguments));
  }

  /** Runs the demo in a new directory below {@code parent}, and returns its exit code. */
  static int run(Path parent, Screen screen, PrintStream err, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = List.of(arguments);
    if (words.equals(List.of("--help"))) {
      screen.line(USAGE);
      return PROVED;
    }
    Optional<String> url = url(words);
    if (!words.isEmpty() && url.isEmpty()) {
      err.println(USAGE);
      return COULD_NOT_BEGIN;
    }
    String run = runName();
    Path directory = Files.createDirectories(parent.resolve(run));
    Site site = url.map(at -> Site.at(at, directory, run)).orElseGet(() -> Site.in(directory, run));
    try (JooqDatasource shop = OrderService.openShop(site.shopUrl())) {
      Path log = directory.resolve("shop.log");
      return new OrderDemo(site, log, shop, new Report(screen)).proves(err) ? PROVED : NOT_PROVED;
    } catch (DbosException failure) {
      err.println("demo: " + oneLine(failure));
      return COULD_NOT_BEGIN;
    }
  }

  private static Optional<String> url(List<String> words) {
    String all = String.join("=", words);
    boolean given = all.startsWith("--url=") && words.size() <= 2;
    return given ? Optional.of(all.substring("--url=".length())) : Optional.empty();
  }

  private static String oneLine(Exception failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }

  private boolean proves(PrintStream err) throws InterruptedException {
    try {
      return play();
    } catch (DbosException | DataAccessException failure) {
      err.println("demo: " + oneLine(failure));
      return false;
    } catch (IllegalStateException failure) {
      err.println("demo: " + failure.getMessage());
      return false;
    }
  }

  private boolean play() throws InterruptedException {
    Shelf opening = shop.callTransaction("fill the shelf", Shelf::refill);
    report.opening(shown(site.shopUrl()), shown(site.systemUrl()), site.basket(), opening);
    Instant killedAt = runUntilKilled();
    Evidence atTheCrash = Evidence.collect(shop, bank, site.basket());
    report.evidence(atTheCrash);
    recover();
    showSteps(killedAt);
    Evidence evidence = Evidence.collect(shop, bank, site.basket());
    report.proof(evidence, opening);
    report.repeatedCalls(evidence);
    Verdict verdict = Verdict.on(evidence, opening);
    report.verdict(verdict);
    return verdict.holds();
  }

  /** Every order has ended or hangs at its crash point when the signal comes. */
  private Instant runUntilKilled() throws InterruptedException {
    Basket basket = site.basket();
    try (ShopProcess first = ShopProcess.start(site, log, ShopProgram.STALL)) {
      first.await(Set.of(Event.OPEN.name()));
      first.await(basket.saidBeforeTheCrash());
      report.stalled(basket);
      Instant killedAt = Instant.now();
      report.killed(first.pid(), first.kill());
      return killedAt;
    }
  }

  private void recover() throws InterruptedException {
    try (ShopProcess second = ShopProcess.start(site, log)) {
      second.await(Set.of(Event.OPEN.name()));
      long start = System.nanoTime();
      second.await(site.basket().saidInTheEnd());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      second.awaitExit();
      report.recovered(second.pid(), took);
    }
  }

  private void showSteps(Instant killedAt) {
    try (DBOS dbos = new OrderService(shop, bank).launch(site.systemUrl())) {
      for (Line line : site.basket().lines()) {
        if (line.crashPoint().isPresent()) {
          report.steps(dbos, line, killedAt);
        }
      }
    }
  }

  private static String shown(String url) {
    return DatabaseUrl.parse(url).redacted();
  }

  /** Different in every second, short enough for a table. */
  private static String runName() {
    long seconds = Instant.now().getEpochSecond();
    return Long.toString(seconds, Character.MAX_RADIX).toUpperCase(Locale.ROOT);
  }
}
