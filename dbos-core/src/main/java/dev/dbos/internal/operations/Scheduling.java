package dev.dbos.internal.operations;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.internal.cron.Ticks;
import dev.dbos.internal.store.ScheduleStore;
import dev.dbos.internal.store.StoredSchedule;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.ScheduleStatus;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Schedules, seen and changed; what of this process it concerns is told after the commit. */
public final class Scheduling {
  private static final Type LIST = new TypeRef<List<ScheduleStatus>>() {}.type();

  /** The most workflows one backfill may start. */
  private static final int MOST_TICKS = 100_000;

  private final SystemAccess access;

  /** On the schedules of {@code access}. */
  public Scheduling(SystemAccess access) {
    this.access = access;
  }

  /** Whether a schedule that is there is changed to what is wanted of it. */
  public enum Existing {
    /** It is an error. */
    REFUSE,
    /** It stays what it is. */
    KEEP,
    /** It is changed. */
    REDEFINE
  }

  // ---- see ----

  /** The schedules of the application and of none, by their names. */
  public List<ScheduleStatus> list() {
    return Recorded.call(
        "DBOS.schedules",
        "DBOS.listSchedules",
        LIST,
        () ->
            access
                .systemDatabase()
                .read(dsl -> ScheduleStore.list(dsl, access.applicationName()))
                .stream()
                .map(this::status)
                .toList());
  }

  /** The schedule of a name, of whatever application; null when there is none. */
  public @Nullable ScheduleStatus find(String name) {
    return Recorded.<@Nullable ScheduleStatus>call(
        "DBOS.schedule",
        "DBOS.getSchedule",
        ScheduleStatus.class,
        () ->
            access
                .systemDatabase()
                .read(dsl -> ScheduleStore.find(dsl, name))
                .map(this::status)
                .orElse(null));
  }

  private ScheduleStatus status(StoredSchedule stored) {
    return new ScheduleStatus(
        stored.name(),
        new ScheduleStatus.Timing(
            stored.timing().cron(), stored.timing().zone(), stored.timing().misfire()),
        new ScheduleStatus.Target(
            stored.target().workflowName(), stored.target().queueName(), stored.target().context()),
        stored.paused(),
        stored.progress().lastFiredAt(),
        stored.paused() ? null : next(stored.timing()),
        stored.applicationName());
  }

  private @Nullable Instant next(StoredSchedule.Timing timing) {
    try {
      return timing.ticks().after(now()).orElse(null);
    } catch (RuntimeException writtenByOthers) {
      return null;
    }
  }

  // ---- change ----

  /** Makes or changes schedules, all or none. */
  public void put(String operation, String stepName, List<Schedule> schedules, Existing existing) {
    requireDifferentNames(schedules);
    schedules.forEach(this::requireRegistered);
    List<Schedule> ordered =
        schedules.stream().sorted(Comparator.comparing(Schedule::name)).toList();
    Instant now = now();
    RecordedWrite.call(
        access,
        operation,
        stepName,
        Boolean.class,
        dsl -> {
          // All are looked at before any is written, in an order that cannot end in a deadlock.
          List<Optional<StoredSchedule>> before =
              ordered.stream().map(schedule -> checked(dsl, schedule, existing)).toList();
          for (int i = 0; i < ordered.size(); i++) {
            put(dsl, ordered.get(i), before.get(i), existing, now);
          }
          return true;
        });
    access.runs().schedulesChanged();
  }

  private static void requireDifferentNames(List<Schedule> schedules) {
    Set<String> names = new HashSet<>();
    for (Schedule schedule : schedules) {
      if (!names.add(schedule.name())) {
        throw new IllegalArgumentException(
            "Schedule '" + schedule.name() + "' is in the list twice. Each needs its own name.");
      }
    }
  }

  private void requireRegistered(Schedule schedule) {
    if (!access.runs().knows(schedule.workflowName())) {
      throw new WorkflowNotRegisteredException(
          "Workflow "
              + schedule.workflowName()
              + " of schedule '"
              + schedule.name()
              + "' is not registered. Add .workflow(definition, body) to the builder before"
              + " launch().",
          schedule.workflowName());
    }
  }

  private Optional<StoredSchedule> checked(DSLContext dsl, Schedule schedule, Existing existing) {
    Optional<String> queue = schedule.queueName();
    if (queue.isPresent() && !ScheduleStore.hasQueue(dsl, queue.get())) {
      throw new IllegalArgumentException(
          "Queue '"
              + queue.get()
              + "' of schedule '"
              + schedule.name()
              + "' is not registered. Register it before the schedule.");
    }
    Optional<StoredSchedule> before = ScheduleStore.lock(dsl, schedule.name());
    before.ifPresent(this::requireMine);
    if (before.isPresent() && existing == Existing.REFUSE) {
      throw new IllegalArgumentException(
          "Schedule '" + schedule.name() + "' already exists. apply changes one that does.");
    }
    return before;
  }

  private void requireMine(StoredSchedule before) {
    String owner = before.applicationName();
    String application = access.applicationName();
    if (owner != null && application != null && !owner.equals(application)) {
      throw new ConfigurationException(
          "Schedule '"
              + before.name()
              + "' is already registered by application "
              + owner
              + " in this system database. Choose another name.",
          null);
    }
  }

  private void put(
      DSLContext dsl,
      Schedule schedule,
      Optional<StoredSchedule> before,
      Existing existing,
      Instant now) {
    if (before.isEmpty() && ScheduleStore.insert(dsl, schedule, access.applicationName(), now)) {
      return;
    }
    // When there was none, somebody has made it a moment ago: a process launched beside this one.
    StoredSchedule there =
        before.or(() -> checked(dsl, schedule, existing)).orElseThrow(() -> vanished(schedule));
    if (existing == Existing.REDEFINE) {
      redefine(dsl, schedule, there, now);
    }
  }

  private static IllegalStateException vanished(Schedule schedule) {
    return new IllegalStateException(
        "Schedule '" + schedule.name() + "' was made and deleted by somebody else. Try again.");
  }

  private void redefine(DSLContext dsl, Schedule schedule, StoredSchedule before, Instant now) {
    String application = access.applicationName();
    ScheduleStore.redefine(
        dsl, before, schedule, application == null ? before.applicationName() : application);
    boolean sameTicks =
        schedule.cron().equals(before.timing().cron())
            && schedule.zone().getId().equals(before.timing().zone());
    // What the new expression would have meant in the past was never promised.
    Instant decided = sameTicks ? before.undecidedFrom().orElse(now) : now;
    ScheduleStore.decide(dsl, before.id(), schedule.misfire(), decided);
  }

  /**
   * Has a schedule start nothing, or go on with its next tick.
   *
   * @return whether it was otherwise before
   * @throws IllegalArgumentException when there is no such schedule
   */
  public boolean pause(String operation, String stepName, String name, boolean paused) {
    Instant now = now();
    boolean changed =
        onExisting(
            operation,
            stepName,
            Boolean.class,
            name,
            (dsl, schedule) -> {
              if (schedule.paused() == paused) {
                return false;
              }
              ScheduleStore.pause(dsl, schedule.id(), paused);
              if (!paused) {
                ScheduleStore.decide(dsl, schedule.id(), schedule.timing().misfire(), now);
              }
              return true;
            });
    access.runs().schedulesChanged();
    return changed;
  }

  /** Deletes a schedule; returns whether there was one. */
  public boolean delete(String operation, String name) {
    boolean deleted =
        RecordedWrite.call(
            access,
            operation,
            "DBOS.deleteSchedule",
            Boolean.class,
            dsl -> {
              Optional<StoredSchedule> schedule = ScheduleStore.lock(dsl, name);
              schedule.ifPresent(found -> ScheduleStore.delete(dsl, found.id()));
              return schedule.isPresent();
            });
    access.runs().schedulesChanged();
    return deleted;
  }

  /** Starts a workflow of a schedule now; returns its id. */
  public String trigger(String operation, String name) {
    return starting(
        operation,
        "DBOS.triggerSchedule",
        name,
        (dsl, schedule) -> new String[] {starts(schedule).now(dsl)})[0];
  }

  /** Starts the workflows of a schedule for the ticks of a time; returns the ids of all. */
  public List<String> backfill(String operation, String name, Instant from, Instant until) {
    if (until.isBefore(from)) {
      throw new IllegalArgumentException("A backfill ends after it begins: " + from + ", " + until);
    }
    return List.of(
        starting(
            operation,
            "DBOS.backfillSchedule",
            name,
            (dsl, schedule) ->
                starts(schedule)
                    .forTicks(dsl, ticks(schedule, from, until))
                    .toArray(String[]::new)));
  }

  private ScheduledStarts starts(StoredSchedule schedule) {
    String owner = schedule.applicationName();
    return new ScheduledStarts(
        schedule, owner == null ? access.applicationName() : owner, access.clock().millis());
  }

  private static List<Instant> ticks(StoredSchedule schedule, Instant from, Instant until) {
    List<Instant> ticks = new ArrayList<>();
    Ticks all = schedule.timing().ticks();
    for (Optional<Instant> tick = all.after(from.minusNanos(1));
        tick.isPresent() && tick.get().isBefore(until);
        tick = all.after(tick.get())) {
      ticks.add(tick.get());
      if (ticks.size() > MOST_TICKS) {
        throw new IllegalArgumentException(
            "Schedule '"
                + schedule.name()
                + "' has more than "
                + MOST_TICKS
                + " ticks from "
                + from
                + " until "
                + until
                + ". Backfill a shorter time.");
      }
    }
    return ticks;
  }

  private String[] starting(
      String operation,
      String stepName,
      String name,
      BiFunction<DSLContext, StoredSchedule, String[]> change) {
    AtomicReference<@Nullable String> queue = new AtomicReference<>();
    String[] ids =
        onExisting(
            operation,
            stepName,
            String[].class,
            name,
            (dsl, schedule) -> {
              queue.set(ScheduledStarts.queueOf(schedule));
              return change.apply(dsl, schedule);
            });
    Optional.ofNullable(queue.get()).ifPresent(access::enqueued);
    return ids;
  }

  private <R> R onExisting(
      String operation,
      String stepName,
      Type type,
      String name,
      BiFunction<DSLContext, StoredSchedule, R> change) {
    return RecordedWrite.call(
        access,
        operation,
        stepName,
        type,
        dsl ->
            change.apply(
                dsl,
                ScheduleStore.lock(dsl, name)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "Schedule '" + name + "' does not exist."))));
  }

  private Instant now() {
    return access.clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
