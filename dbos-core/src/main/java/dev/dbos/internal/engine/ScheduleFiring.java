package dev.dbos.internal.engine;

import dev.dbos.internal.cron.Ticks;
import dev.dbos.internal.operations.ScheduledStarts;
import dev.dbos.internal.store.ScheduleStore;
import dev.dbos.internal.store.StoredSchedule;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the schedules of an application and starts what is due. One transaction has the row of
 * the schedule locked, sees that it is not paused and which ticks nobody has decided upon, puts
 * their workflows into the queue and writes that they are decided. So a tick starts one workflow,
 * whatever number of processes see it, and none after a pause.
 */
final class ScheduleFiring {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleFiring.class);

  private final Engine engine;
  private final Map<StoredSchedule.Timing, Optional<Ticks>> readable = new HashMap<>();
  private final Set<String> reported = new HashSet<>();

  ScheduleFiring(Engine engine) {
    this.engine = engine;
  }

  /** Starts what is due now; returns when it is to look again, empty when nothing is ahead. */
  Optional<Instant> round() {
    List<StoredSchedule> active = active();
    readable.keySet().retainAll(active.stream().map(StoredSchedule::timing).toList());
    @Nullable Instant earliest = null;
    for (StoredSchedule schedule : active) {
      Instant next = ticks(schedule).flatMap(ticks -> next(schedule, ticks)).orElse(null);
      if (next != null && (earliest == null || next.isBefore(earliest))) {
        earliest = next;
      }
    }
    return Optional.ofNullable(earliest);
  }

  /** Those that are not paused, of this application or none, whose workflows run here. */
  private List<StoredSchedule> active() {
    String application = engine.settings().applicationName();
    return engine.systemDatabase().read(dsl -> ScheduleStore.list(dsl, application)).stream()
        .filter(schedule -> !schedule.paused())
        .filter(schedule -> engine.workflowNames().contains(schedule.target().workflowName()))
        .toList();
  }

  private Optional<Ticks> ticks(StoredSchedule schedule) {
    return readable.computeIfAbsent(
        schedule.timing(),
        timing -> {
          try {
            return Optional.of(timing.ticks());
          } catch (RuntimeException unreadable) {
            if (reported.add(schedule.id() + timing)) {
              LOG.warn(
                  "Schedule {} starts nothing here: its expression {} or its zone {} is of a kind"
                      + " that only another implementation reads",
                  schedule.name(),
                  timing.cron(),
                  timing.zone(),
                  unreadable);
            }
            return Optional.empty();
          }
        });
  }

  /** Starts what is due, and returns the next tick. */
  private Optional<Instant> next(StoredSchedule schedule, Ticks ticks) {
    Optional<Instant> from = schedule.undecidedFrom();
    Optional<Instant> next = from.flatMap(ticks::after);
    if (from.isPresent() && (next.isEmpty() || next.get().isAfter(now()))) {
      return next;
    }
    boolean fired =
        engine.systemDatabase().write(dsl -> fire(dsl, schedule.name(), schedule.timing(), ticks));
    if (fired) {
      engine.access().enqueued(ScheduledStarts.queueOf(schedule));
    }
    // There may be more, and what was decided meanwhile is in the row.
    return Optional.of(now());
  }

  /** Whether workflows were started. */
  private boolean fire(DSLContext dsl, String name, StoredSchedule.Timing timing, Ticks ticks) {
    StoredSchedule schedule = ScheduleStore.lock(dsl, name).orElse(null);
    if (schedule == null || schedule.paused() || !schedule.timing().equals(timing)) {
      return false;
    }
    String application = engine.settings().applicationName();
    if (schedule.applicationName() != null && !schedule.applicationName().equals(application)) {
      return false;
    }
    Instant now = now();
    Instant from = schedule.undecidedFrom().orElse(now);
    DueTicks due = DueTicks.of(ticks, timing.misfire(), from, now);
    List<String> started =
        new ScheduledStarts(schedule, application, now.toEpochMilli()).forTicks(dsl, due.fire());
    if (!started.isEmpty()) {
      Instant last = due.fire().getLast();
      ScheduleStore.fired(dsl, schedule.id(), ScheduledStarts.text(last), application);
      LOG.debug("Schedule {} started {}", name, started);
    }
    Instant decided = due.decidedUntil().isBefore(from) ? from : due.decidedUntil();
    ScheduleStore.decide(dsl, schedule.id(), timing.misfire(), decided);
    return !started.isEmpty();
  }

  private Instant now() {
    return engine.settings().clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
