package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.JAVA_SCHEDULES;
import static dev.dbos.internal.schema.Tables.QUEUES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_SCHEDULES;

import dev.dbos.internal.store.StoredSchedule.Progress;
import dev.dbos.internal.store.StoredSchedule.Target;
import dev.dbos.internal.store.StoredSchedule.Timing;
import dev.dbos.workflow.Misfire;
import dev.dbos.workflow.Schedule;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Schedules: the rows shared with other implementations, and beside them what only we know. */
public final class ScheduleStore {
  private static final String ACTIVE = "ACTIVE";
  private static final String PAUSED = "PAUSED";
  private static final String UTC = "UTC";

  private ScheduleStore() {}

  /** Those of an application and of none, or of all for null, by their names. */
  public static List<StoredSchedule> list(DSLContext dsl, @Nullable String applicationName) {
    return select(dsl)
        .where(applicationName == null ? DSL.noCondition() : isMineOrNobodys(applicationName))
        .orderBy(WORKFLOW_SCHEDULES.SCHEDULE_NAME)
        .fetch(ScheduleStore::schedule);
  }

  private static Condition isMineOrNobodys(String applicationName) {
    return WORKFLOW_SCHEDULES
        .APPLICATION_NAME
        .eq(applicationName)
        .or(WORKFLOW_SCHEDULES.APPLICATION_NAME.isNull());
  }

  /** The one of this name, of whatever application. */
  public static Optional<StoredSchedule> find(DSLContext dsl, String name) {
    return select(dsl)
        .where(WORKFLOW_SCHEDULES.SCHEDULE_NAME.eq(name))
        .fetchOptional(ScheduleStore::schedule);
  }

  /** The one of this name, which nobody else changes before this transaction ends. */
  public static Optional<StoredSchedule> lock(DSLContext dsl, String name) {
    if (dsl.dialect() != SQLDialect.SQLITE) {
      // By itself, since what may be missing of an outer join cannot be locked.
      dsl.select(WORKFLOW_SCHEDULES.SCHEDULE_ID)
          .from(WORKFLOW_SCHEDULES)
          .where(WORKFLOW_SCHEDULES.SCHEDULE_NAME.eq(name))
          .forUpdate()
          .fetch();
    }
    return find(dsl, name);
  }

  private static SelectOnConditionStep<?> select(DSLContext dsl) {
    return dsl.select(WORKFLOW_SCHEDULES.fields())
        .select(JAVA_SCHEDULES.MISFIRE, JAVA_SCHEDULES.DECIDED_UNTIL)
        .from(WORKFLOW_SCHEDULES)
        .leftJoin(JAVA_SCHEDULES)
        .on(JAVA_SCHEDULES.SCHEDULE_ID.eq(WORKFLOW_SCHEDULES.SCHEDULE_ID));
  }

  private static StoredSchedule schedule(Record row) {
    String zone = row.get(WORKFLOW_SCHEDULES.CRON_TIMEZONE);
    Long decided = row.get(JAVA_SCHEDULES.DECIDED_UNTIL);
    return new StoredSchedule(
        row.get(WORKFLOW_SCHEDULES.SCHEDULE_ID),
        row.get(WORKFLOW_SCHEDULES.SCHEDULE_NAME),
        row.get(WORKFLOW_SCHEDULES.APPLICATION_NAME),
        new Timing(row.get(WORKFLOW_SCHEDULES.SCHEDULE), zone == null ? UTC : zone, misfire(row)),
        new Target(
            row.get(WORKFLOW_SCHEDULES.WORKFLOW_NAME),
            row.get(WORKFLOW_SCHEDULES.QUEUE_NAME),
            row.get(WORKFLOW_SCHEDULES.CONTEXT)),
        PAUSED.equals(row.get(WORKFLOW_SCHEDULES.STATUS)),
        new Progress(
            moment(row.get(WORKFLOW_SCHEDULES.LAST_FIRED_AT)),
            decided == null ? null : Instant.ofEpochMilli(decided)));
  }

  /** The shared column knows all or nothing, and counts when others have changed it. */
  private static Misfire misfire(Record row) {
    if (Boolean.TRUE.equals(row.get(WORKFLOW_SCHEDULES.AUTOMATIC_BACKFILL))) {
      return Misfire.ALL;
    }
    return Misfire.LAST_ONLY.name().equals(row.get(JAVA_SCHEDULES.MISFIRE))
        ? Misfire.LAST_ONLY
        : Misfire.SKIP;
  }

  /** As any implementation writes a moment: with an offset, and perhaps a zone. */
  private static @Nullable Instant moment(@Nullable String text) {
    try {
      return text == null ? null : ZonedDateTime.parse(text).toInstant();
    } catch (DateTimeException unreadable) {
      return null;
    }
  }

  /** Makes a schedule, unless there is one of its name; ticks up to now are none of its. */
  public static boolean insert(
      DSLContext dsl, Schedule schedule, @Nullable String applicationName, Instant now) {
    String id = UUID.randomUUID().toString();
    int inserted =
        dsl.insertInto(WORKFLOW_SCHEDULES)
            .set(WORKFLOW_SCHEDULES.SCHEDULE_ID, id)
            .set(WORKFLOW_SCHEDULES.SCHEDULE_NAME, schedule.name())
            .set(WORKFLOW_SCHEDULES.WORKFLOW_NAME, schedule.workflowName())
            .set(WORKFLOW_SCHEDULES.SCHEDULE, schedule.cron())
            .set(WORKFLOW_SCHEDULES.STATUS, ACTIVE)
            .set(WORKFLOW_SCHEDULES.CONTEXT, schedule.contextJson())
            .set(WORKFLOW_SCHEDULES.AUTOMATIC_BACKFILL, schedule.misfire() == Misfire.ALL)
            .set(WORKFLOW_SCHEDULES.CRON_TIMEZONE, schedule.zone().getId())
            .set(WORKFLOW_SCHEDULES.QUEUE_NAME, schedule.queueName().orElse(null))
            .set(WORKFLOW_SCHEDULES.APPLICATION_NAME, applicationName)
            .onConflictDoNothing()
            .execute();
    if (inserted == 1) {
      decide(dsl, id, schedule.misfire(), now);
    }
    return inserted == 1;
  }

  /** Gives a schedule another definition; it stays paused or not, and knows its last tick. */
  public static void redefine(
      DSLContext dsl, StoredSchedule before, Schedule schedule, @Nullable String applicationName) {
    dsl.update(WORKFLOW_SCHEDULES)
        .set(WORKFLOW_SCHEDULES.WORKFLOW_NAME, schedule.workflowName())
        .setNull(WORKFLOW_SCHEDULES.WORKFLOW_CLASS_NAME)
        .set(WORKFLOW_SCHEDULES.SCHEDULE, schedule.cron())
        .set(WORKFLOW_SCHEDULES.CONTEXT, schedule.contextJson())
        .set(WORKFLOW_SCHEDULES.AUTOMATIC_BACKFILL, schedule.misfire() == Misfire.ALL)
        .set(WORKFLOW_SCHEDULES.CRON_TIMEZONE, schedule.zone().getId())
        .set(WORKFLOW_SCHEDULES.QUEUE_NAME, schedule.queueName().orElse(null))
        .set(WORKFLOW_SCHEDULES.APPLICATION_NAME, applicationName)
        .where(WORKFLOW_SCHEDULES.SCHEDULE_ID.eq(before.id()))
        .execute();
  }

  /** Writes up to when the ticks of a schedule have been decided upon. */
  public static void decide(DSLContext dsl, String scheduleId, Misfire misfire, Instant until) {
    dsl.insertInto(JAVA_SCHEDULES)
        .set(JAVA_SCHEDULES.SCHEDULE_ID, scheduleId)
        .set(JAVA_SCHEDULES.MISFIRE, misfire.name())
        .set(JAVA_SCHEDULES.DECIDED_UNTIL, until.toEpochMilli())
        .onConflict(JAVA_SCHEDULES.SCHEDULE_ID)
        .doUpdate()
        .set(JAVA_SCHEDULES.MISFIRE, misfire.name())
        .set(JAVA_SCHEDULES.DECIDED_UNTIL, until.toEpochMilli())
        .execute();
  }

  /** Writes the last tick that started a workflow, for an application that has taken it. */
  public static void fired(
      DSLContext dsl, String scheduleId, String tick, @Nullable String applicationName) {
    dsl.update(WORKFLOW_SCHEDULES)
        .set(WORKFLOW_SCHEDULES.LAST_FIRED_AT, tick)
        .set(WORKFLOW_SCHEDULES.APPLICATION_NAME, applicationName)
        .where(WORKFLOW_SCHEDULES.SCHEDULE_ID.eq(scheduleId))
        .execute();
  }

  /** Has a schedule start nothing for a while, or go on. */
  public static void pause(DSLContext dsl, String scheduleId, boolean paused) {
    dsl.update(WORKFLOW_SCHEDULES)
        .set(WORKFLOW_SCHEDULES.STATUS, paused ? PAUSED : ACTIVE)
        .where(WORKFLOW_SCHEDULES.SCHEDULE_ID.eq(scheduleId))
        .execute();
  }

  /** Deletes a schedule; what it has started stays. */
  public static void delete(DSLContext dsl, String scheduleId) {
    dsl.deleteFrom(JAVA_SCHEDULES).where(JAVA_SCHEDULES.SCHEDULE_ID.eq(scheduleId)).execute();
    dsl.deleteFrom(WORKFLOW_SCHEDULES)
        .where(WORKFLOW_SCHEDULES.SCHEDULE_ID.eq(scheduleId))
        .execute();
  }

  /** Whether a queue of this name is registered. */
  public static boolean hasQueue(DSLContext dsl, String queueName) {
    return dsl.fetchExists(QUEUES, QUEUES.NAME.eq(queueName));
  }
}
