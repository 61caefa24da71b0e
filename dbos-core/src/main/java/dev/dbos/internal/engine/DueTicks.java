package dev.dbos.internal.engine;

import dev.dbos.internal.cron.Ticks;
import dev.dbos.workflow.Misfire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which ticks of a schedule start a workflow, when a process looks at it.
 *
 * @param fire those that do, in their order
 * @param decidedUntil up to when all have been decided upon
 */
record DueTicks(List<Instant> fire, Instant decidedUntil) {
  /** How late a tick may be without having been missed: a restart, or a database that is away. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** The most to fire at once, so that no transaction takes long. */
  private static final int MOST = 100;

  /** Of those after {@code from}, up to {@code now}. */
  static DueTicks of(Ticks ticks, Misfire misfire, Instant from, Instant now) {
    Instant missed = now.minus(GRACE);
    if (misfire == Misfire.ALL || !from.isBefore(missed)) {
      return upTo(now, ticks, from);
    }
    return misfire == Misfire.SKIP
        ? upTo(now, ticks, missed)
        : new DueTicks(ticks.lastBetween(from, now).stream().toList(), now);
  }

  private static DueTicks upTo(Instant now, Ticks ticks, Instant from) {
    List<Instant> fire = new ArrayList<>();
    Optional<Instant> next = ticks.after(from);
    while (next.isPresent() && !next.get().isAfter(now)) {
      fire.add(next.get());
      if (fire.size() == MOST) {
        return new DueTicks(fire, next.get());
      }
      next = ticks.after(next.get());
    }
    return new DueTicks(fire, now);
  }
}
