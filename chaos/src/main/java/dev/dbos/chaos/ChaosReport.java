package dev.dbos.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param options what was asked for
 * @param faults how often each kind came about
 * @param workflows how many there were, children included
 * @param cancelled how many of them were cancelled and stayed so
 * @param elapsed how long it took, with what came before and after the faults
 * @param violations what must not be, in words
 * @param diary what was done when, and what the workers logged
 */
record ChaosReport(
    ChaosOptions options,
    Map<Fault, Integer> faults,
    int workflows,
    long cancelled,
    Duration elapsed,
    List<String> violations,
    List<String> diary) {

  private static final int SHOWN = 20;

  int kills() {
    return sum(true);
  }

  int otherFaults() {
    return sum(false);
  }

  private int sum(boolean kills) {
    return faults.entrySet().stream()
        .filter(entry -> entry.getKey().isKill() == kills)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** One line with the figures, then the first violations, each on a line. */
  String summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "chaos: database=%s seed=%d kills=%d faults=%d workflows=%d cancelled=%d violations=%d"
                + " seconds=%d %s",
            options.arrangement().word(),
            options.seed(),
            kills(),
            otherFaults(),
            workflows,
            cancelled,
            violations.size(),
            elapsed.toSeconds(),
            faults));
    violations.stream().limit(SHOWN).forEach(violation -> lines.add("violation: " + violation));
    if (!violations.isEmpty()) {
      lines.add(
          "replay: chaos/run --database %s --seed %d"
              .formatted(options.arrangement().word(), options.seed()));
    }
    return String.join("\n", lines);
  }
}
