package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.JAVA_EXECUTOR_LEASES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SelectConditionStep;

/**
 * Which executors are alive, by the database's clock. One without a row, as other implementations
 * are, counts as alive.
 */
public final class LeaseStore {
  /** The expiry of a lease that its executor has given back. */
  public static final long RELEASED = 0;

  private LeaseStore() {}

  /**
   * Who has a lease.
   *
   * @param executorId which executor
   * @param incarnation which process of this id, unique
   * @param applicationName what it runs
   * @param applicationVersion in which version
   */
  public record Holder(
      String executorId, String incarnation, String applicationName, String applicationVersion) {}

  /**
   * A lease as it stood at a moment.
   *
   * @param executorId whose it is
   * @param incarnation which process of this id has it
   * @param expiresAtMillis until when, epoch ms
   * @param leftMillis how much of that was left; negative when it was over
   */
  public record Sighting(
      String executorId, String incarnation, long expiresAtMillis, long leftMillis) {
    /** Whether it was given back. */
    public boolean isReleased() {
      return expiresAtMillis == RELEASED;
    }
  }

  /** Takes the lease of an executor, whoever has it; returns until when, epoch ms. */
  public static long take(DSLContext dsl, Holder holder, Duration lasting, InstantSource clock) {
    Field<Long> now = DatabaseTime.nowMillis(dsl, clock);
    dsl.insertInto(JAVA_EXECUTOR_LEASES)
        .set(JAVA_EXECUTOR_LEASES.EXECUTOR_ID, holder.executorId())
        .set(JAVA_EXECUTOR_LEASES.INCARNATION, holder.incarnation())
        .set(JAVA_EXECUTOR_LEASES.APPLICATION_NAME, holder.applicationName())
        .set(JAVA_EXECUTOR_LEASES.APPLICATION_VERSION, holder.applicationVersion())
        .set(JAVA_EXECUTOR_LEASES.STARTED_AT, now)
        .set(JAVA_EXECUTOR_LEASES.EXPIRES_AT, now.plus(lasting.toMillis()))
        .onConflict(JAVA_EXECUTOR_LEASES.EXECUTOR_ID)
        .doUpdate()
        .set(JAVA_EXECUTOR_LEASES.INCARNATION, excluded(JAVA_EXECUTOR_LEASES.INCARNATION))
        .set(JAVA_EXECUTOR_LEASES.APPLICATION_NAME, excluded(JAVA_EXECUTOR_LEASES.APPLICATION_NAME))
        .set(
            JAVA_EXECUTOR_LEASES.APPLICATION_VERSION,
            excluded(JAVA_EXECUTOR_LEASES.APPLICATION_VERSION))
        .set(JAVA_EXECUTOR_LEASES.STARTED_AT, excluded(JAVA_EXECUTOR_LEASES.STARTED_AT))
        .set(JAVA_EXECUTOR_LEASES.EXPIRES_AT, excluded(JAVA_EXECUTOR_LEASES.EXPIRES_AT))
        .execute();
    return dsl.select(JAVA_EXECUTOR_LEASES.EXPIRES_AT)
        .from(JAVA_EXECUTOR_LEASES)
        .where(JAVA_EXECUTOR_LEASES.EXECUTOR_ID.eq(holder.executorId()))
        .fetchSingle(JAVA_EXECUTOR_LEASES.EXPIRES_AT);
  }

  /**
   * Prolongs a lease, also one that is over; returns until when, epoch ms, or empty when this
   * process has none any more.
   */
  public static Optional<Long> renew(
      DSLContext dsl, Holder holder, Duration lasting, InstantSource clock) {
    return dsl.update(JAVA_EXECUTOR_LEASES)
        .set(
            JAVA_EXECUTOR_LEASES.EXPIRES_AT,
            DatabaseTime.nowMillis(dsl, clock).plus(lasting.toMillis()))
        .where(is(holder))
        .returning(JAVA_EXECUTOR_LEASES.EXPIRES_AT)
        .fetchOptional(JAVA_EXECUTOR_LEASES.EXPIRES_AT);
  }

  /** Which process of an id has the lease. */
  public static Optional<String> incarnation(DSLContext dsl, String executorId) {
    return dsl.select(JAVA_EXECUTOR_LEASES.INCARNATION)
        .from(JAVA_EXECUTOR_LEASES)
        .where(JAVA_EXECUTOR_LEASES.EXECUTOR_ID.eq(executorId))
        .fetchOptional(JAVA_EXECUTOR_LEASES.INCARNATION);
  }

  /** Gives a lease back, so that others may take over at once what is left unfinished. */
  public static void release(DSLContext dsl, Holder holder) {
    dsl.update(JAVA_EXECUTOR_LEASES)
        .set(JAVA_EXECUTOR_LEASES.EXPIRES_AT, RELEASED)
        .where(is(holder))
        .execute();
  }

  /** The leases of other executors of the same application and version. */
  public static List<Sighting> others(DSLContext dsl, Holder holder, InstantSource clock) {
    Field<Long> left =
        JAVA_EXECUTOR_LEASES.EXPIRES_AT.minus(DatabaseTime.nowMillis(dsl, clock)).as("left_millis");
    return dsl.select(
            JAVA_EXECUTOR_LEASES.EXECUTOR_ID,
            JAVA_EXECUTOR_LEASES.INCARNATION,
            JAVA_EXECUTOR_LEASES.EXPIRES_AT,
            left)
        .from(JAVA_EXECUTOR_LEASES)
        .where(JAVA_EXECUTOR_LEASES.APPLICATION_NAME.eq(holder.applicationName()))
        .and(JAVA_EXECUTOR_LEASES.APPLICATION_VERSION.eq(holder.applicationVersion()))
        .and(JAVA_EXECUTOR_LEASES.EXECUTOR_ID.ne(holder.executorId()))
        .orderBy(JAVA_EXECUTOR_LEASES.EXPIRES_AT)
        .fetch(row -> new Sighting(row.value1(), row.value2(), row.value3(), row.get(left)));
  }

  /**
   * Those whose leases are as they were sighted, and cannot be renewed before this transaction
   * ends; without those that somebody is renewing at this moment.
   */
  public static List<String> lock(DSLContext dsl, Collection<Sighting> sightings) {
    Condition any = falseCondition();
    for (Sighting sighting : sightings) {
      any =
          any.or(
              JAVA_EXECUTOR_LEASES
                  .EXECUTOR_ID
                  .eq(sighting.executorId())
                  .and(JAVA_EXECUTOR_LEASES.INCARNATION.eq(sighting.incarnation()))
                  .and(JAVA_EXECUTOR_LEASES.EXPIRES_AT.eq(sighting.expiresAtMillis())));
    }
    SelectConditionStep<Record1<String>> rows =
        dsl.select(JAVA_EXECUTOR_LEASES.EXECUTOR_ID).from(JAVA_EXECUTOR_LEASES).where(any);
    return (dsl.dialect() == SQLDialect.SQLITE ? rows : rows.forShare().skipLocked())
        .fetch(JAVA_EXECUTOR_LEASES.EXECUTOR_ID);
  }

  /** Forgets leases that have been over for so long and whose executors left nothing unfinished. */
  public static int forget(DSLContext dsl, Duration after, InstantSource clock) {
    return dsl.deleteFrom(JAVA_EXECUTOR_LEASES)
        .where(
            JAVA_EXECUTOR_LEASES.EXPIRES_AT.lt(
                DatabaseTime.nowMillis(dsl, clock).minus(after.toMillis())))
        .andNotExists(unfinished())
        .execute();
  }

  private static Condition is(Holder holder) {
    return JAVA_EXECUTOR_LEASES
        .EXECUTOR_ID
        .eq(holder.executorId())
        .and(JAVA_EXECUTOR_LEASES.INCARNATION.eq(holder.incarnation()));
  }

  private static Select<?> unfinished() {
    return selectOne()
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
        .and(WORKFLOW_STATUS.EXECUTOR_ID.eq(JAVA_EXECUTOR_LEASES.EXECUTOR_ID));
  }
}
