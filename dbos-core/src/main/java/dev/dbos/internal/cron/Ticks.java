package dev.dbos.internal.cron;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;

/**
 * The moments at which a cron expression is due in a time zone.
 *
 * <p>Where clocks change: an expression that is due in every hour of the day keeps its rhythm, so
 * it is due in both of two hours that have the same name, and not in one that does not exist. Any
 * other means certain times of the day, and is due once for each: at the first of two, and for
 * those that do not exist once, at the moment of the change.
 */
public final class Ticks {
  private static final Duration STEP = Duration.ofSeconds(1);

  private final CronExpression cron;
  private final ZoneRules rules;

  /** Of an expression in a zone. */
  public Ticks(CronExpression cron, ZoneId zone) {
    this.cron = cron;
    this.rules = zone.getRules();
  }

  /** The first after {@code moment}; empty when there is none. */
  public Optional<Instant> after(Instant moment) {
    ZoneOffset offset = rules.getOffset(moment);
    LocalDateTime from = start(moment, offset);
    ZoneOffsetTransition change = rules.nextTransition(moment);
    Optional<LocalDateTime> found = cron.after(from);
    while (found.isPresent()) {
      LocalDateTime local = found.get();
      if (change == null || local.isBefore(change.getDateTimeBefore())) {
        return Optional.of(local.toInstant(offset));
      }
      if (isLost(local, change)) {
        return Optional.of(change.getInstant());
      }
      LocalDateTime first = firstAfter(change);
      if (local.isBefore(first) || change.isOverlap()) {
        found = cron.after(first.minus(STEP));
      }
      offset = change.getOffsetAfter();
      change = rules.nextTransition(change.getInstant());
    }
    return Optional.empty();
  }

  /** In the second of two hours of the same name, certain times of the day have been already. */
  private LocalDateTime start(Instant moment, ZoneOffset offset) {
    LocalDateTime local = LocalDateTime.ofInstant(moment, offset).truncatedTo(ChronoUnit.SECONDS);
    ZoneOffsetTransition last = rules.previousTransition(moment.plusNanos(1));
    return last != null && local.isBefore(firstAfter(last)) ? firstAfter(last).minus(STEP) : local;
  }

  /** Whether {@code local} does not exist, and is made up for. */
  private boolean isLost(LocalDateTime local, ZoneOffsetTransition change) {
    return change.isGap() && !cron.isEveryHour() && local.isBefore(change.getDateTimeAfter());
  }

  /** The first local time that counts after clocks have changed. */
  private LocalDateTime firstAfter(ZoneOffsetTransition change) {
    return change.isOverlap() && !cron.isEveryHour()
        ? change.getDateTimeBefore()
        : change.getDateTimeAfter();
  }

  /** The last one after {@code moment} and not after {@code end}; empty when there is none. */
  public Optional<Instant> lastBetween(Instant moment, Instant end) {
    for (Duration back = STEP; ; back = back.multipliedBy(2)) {
      boolean isAll = Duration.between(moment, end).compareTo(back) <= 0;
      Optional<Instant> found =
          after(isAll ? moment : end.minus(back)).filter(tick -> !tick.isAfter(end));
      if (found.isPresent()) {
        return Optional.of(lastFrom(found.get(), end));
      }
      if (isAll) {
        return Optional.empty();
      }
    }
  }

  private Instant lastFrom(Instant tick, Instant end) {
    Instant last = tick;
    for (Optional<Instant> next = after(last);
        next.isPresent() && !next.get().isAfter(end);
        next = after(last)) {
      last = next.get();
    }
    return last;
  }
}
