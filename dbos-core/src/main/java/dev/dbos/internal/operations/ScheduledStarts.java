package dev.dbos.internal.operations;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Origin;
import dev.dbos.internal.context.StartRow.Queued;
import dev.dbos.internal.context.StartRow.Terms;
import dev.dbos.internal.context.StartRow.Wanted;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.EnqueueStore;
import dev.dbos.internal.store.Enqueued;
import dev.dbos.internal.store.StoredSchedule;
import dev.dbos.internal.store.VersionStore;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.Tick;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts the workflows that a schedule starts into its queue, for the latest version of their
 * application. Their ids are made of the moments they are for, so that each is started once.
 */
public final class ScheduledStarts {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final StoredSchedule schedule;
  private final @Nullable String applicationName;
  private final long nowMillis;

  /**
   * Of one schedule.
   *
   * @param applicationName the application that is to run them, or null for any
   * @param nowMillis what time it is, epoch ms
   */
  public ScheduledStarts(
      StoredSchedule schedule, @Nullable String applicationName, long nowMillis) {
    this.schedule = schedule;
    this.applicationName = applicationName;
    this.nowMillis = nowMillis;
  }

  /** A moment as it is written everywhere, with three digits of the second. */
  public static String text(Instant moment) {
    return MILLIS.format(moment.truncatedTo(ChronoUnit.MILLIS));
  }

  /** The queue they wait in. */
  public static String queueOf(StoredSchedule schedule) {
    return Objects.requireNonNullElse(schedule.target().queueName(), ControlStore.INTERNAL_QUEUE);
  }

  /** One workflow for each tick, unless it is there already; returns the ids of all of them. */
  public List<String> forTicks(DSLContext dsl, List<Instant> ticks) {
    if (ticks.isEmpty()) {
      return List.of();
    }
    String version = latestVersion(dsl);
    List<StartRow> rows = new ArrayList<>();
    for (Instant tick : ticks) {
      // In the order of their creation they are taken out of the queue.
      long createdAt = nowMillis - ticks.size() + rows.size() + 1;
      rows.add(row("sched-" + schedule.name() + "-" + text(tick), tick, version, createdAt));
    }
    EnqueueStore.insert(dsl, rows);
    return rows.stream().map(StartRow::workflowId).toList();
  }

  /** A further workflow for this moment; returns its id. */
  public String now(DSLContext dsl) {
    String version = latestVersion(dsl);
    for (long millis = nowMillis; ; millis++) {
      Instant moment = Instant.ofEpochMilli(millis);
      String id = "sched-" + schedule.name() + "-trigger-" + text(moment);
      StartRow row = row(id, moment, version, nowMillis);
      if (EnqueueStore.insert(dsl, List.of(row)).getFirst() instanceof Enqueued.Inserted) {
        return id;
      }
    }
  }

  private @Nullable String latestVersion(DSLContext dsl) {
    return applicationName == null
        ? null
        : VersionStore.list(dsl, applicationName).stream()
            .findFirst()
            .map(version -> version.name())
            .orElse(null);
  }

  private StartRow row(String id, Instant tick, @Nullable String version, long createdAtMillis) {
    return new StartRow(
        id,
        schedule.target().workflowName(),
        inputs(tick),
        PortableJson.PORTABLE_JSON,
        new Queued(
            queueOf(schedule),
            new Wanted(applicationName, version, null, null),
            0,
            null,
            null,
            null,
            new Origin(schedule.name(), false, null)),
        new Terms(null, null, Inheritance.NONE, null),
        createdAtMillis);
  }

  private String inputs(Instant tick) {
    Object context = PortableValues.read(schedule.target().context(), JsonNode.class);
    return PortableValues.JSON.encodeArguments(List.of(new Tick<>(tick, context)));
  }
}
