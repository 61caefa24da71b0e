package dev.dbos.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The harness as a program: breaks what it is told to, for as long as it is told to. */
public final class Chaos {
  private static final String USAGE =
      """
      chaos/run [--database sqlite|postgres|postgres-several|all] [--duration SECONDS] [--seed NUMBER]
                [--runs NUMBER] [--kills NUMBER] [--faults NUMBER] [--workers NUMBER]
                [--without FAULT,...] [--diary FILE]

      Starts workers that move money in workflows, kills and freezes them, breaks their network and
      their databases, and checks afterwards that nothing was lost and nothing was done twice. A run
      ends when it has had the kills (50), the other faults (200) and the duration (0 s). The same
      seed draws the same orders and faults again. Ends with 1 when something was wrong.
      """;

  private Set<Arrangement> arrangements = EnumSet.allOf(Arrangement.class);
  private Duration duration = Duration.ZERO;
  private long seed = ThreadLocalRandom.current().nextLong(1_000_000);
  private int runs = 1;
  private int kills = 50;
  private int faults = 200;
  private int workers = 4;
  private Set<Fault> without = ChaosOptions.brief(Arrangement.SQLITE, 0).without();
  private Path diary = Path.of("chaos-diary.log");

  private Chaos() {}

  /**
   * Runs it.
   *
   * @param arguments as the usage says
   * @throws Exception when the harness itself comes to an end
   */
  public static void main(String[] arguments) throws Exception {
    Chaos chaos = new Chaos();
    try {
      chaos.read(new ArrayDeque<>(List.of(arguments)));
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    // Not the end of main alone: threads that wait for dead connections may be left.
    System.exit(chaos.run() ? 0 : 1);
  }

  private void read(Deque<String> words) {
    while (!words.isEmpty()) {
      String option = words.pop();
      if (option.equals("--help")) {
        throw new IllegalArgumentException("Chaos:");
      }
      if (words.isEmpty()) {
        throw new IllegalArgumentException("There has to be a value behind " + option);
      }
      read(option, words.pop());
    }
  }

  private void read(String option, String value) {
    switch (option) {
      case "--database" -> arrangements = arrangements(value);
      case "--duration" -> duration = Duration.ofSeconds(Long.parseLong(value));
      case "--seed" -> seed = Long.parseLong(value);
      case "--runs" -> runs = Integer.parseInt(value);
      case "--kills" -> kills = Integer.parseInt(value);
      case "--faults" -> faults = Integer.parseInt(value);
      case "--workers" -> workers = Integer.parseInt(value);
      case "--diary" -> diary = Path.of(value);
      case "--without" -> without = faults(value);
      default -> throw new IllegalArgumentException("There is no option " + option);
    }
  }

  private static Set<Fault> faults(String words) {
    return Arrays.stream(words.split(","))
        .filter(word -> !word.isBlank())
        .map(word -> Fault.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')))
        .collect(Collectors.toSet());
  }

  private static Set<Arrangement> arrangements(String word) {
    if (word.equals("all")) {
      return EnumSet.allOf(Arrangement.class);
    }
    return Arrays.stream(Arrangement.values())
        .filter(arrangement -> arrangement.word().equals(word))
        .findFirst()
        .map(EnumSet::of)
        .orElseThrow(() -> new IllegalArgumentException("There is no database " + word));
  }

  private boolean run() throws SQLException, InterruptedException, IOException {
    boolean good = true;
    for (int number = 0; number < runs; number++) {
      for (Arrangement arrangement : arrangements) {
        ChaosReport report = ChaosRun.run(options(arrangement, seed + number));
        System.out.println(report.summary());
        if (!report.violations().isEmpty()) {
          good = false;
          Files.write(diary, report.diary());
          System.out.println("diary: " + diary.toAbsolutePath());
        }
      }
    }
    return good;
  }

  private ChaosOptions options(Arrangement arrangement, long runSeed) {
    return ChaosOptions.brief(arrangement, runSeed)
        .withTargets(kills, faults)
        .withWorkers(workers)
        .withoutFaults(without)
        .lasting(duration);
  }
}
