package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.JAVA_DUTIES;
import static org.jooq.impl.DSL.currentTimestamp;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.extract;
import static org.jooq.impl.DSL.val;

import java.time.Duration;
import org.jooq.DSLContext;
import org.jooq.DatePart;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.SQLDataType;

/** Chores of which one process at a time takes care for all. */
public final class DutyStore {
  private DutyStore() {}

  /**
   * A duty as one process sees it.
   *
   * @param name which
   * @param holder who wants it, different for each process and launch
   * @param lasting how long it is taken for, unless it is taken again
   */
  public record Duty(String name, String holder, Duration lasting) {}

  /**
   * Takes a duty that nobody else has, or has it for longer.
   *
   * @param clockMillis what time it is, where processes share a clock: on SQLite
   * @return whether it is this holder's now
   */
  public static boolean take(DSLContext dsl, Duty duty, long clockMillis) {
    Field<Long> now = now(dsl, clockMillis);
    return dsl.insertInto(JAVA_DUTIES)
            .set(JAVA_DUTIES.NAME, duty.name())
            .set(JAVA_DUTIES.HOLDER, duty.holder())
            .set(JAVA_DUTIES.EXPIRES_AT, now.plus(duty.lasting().toMillis()))
            .onConflict(JAVA_DUTIES.NAME)
            .doUpdate()
            .set(JAVA_DUTIES.HOLDER, excluded(JAVA_DUTIES.HOLDER))
            .set(JAVA_DUTIES.EXPIRES_AT, excluded(JAVA_DUTIES.EXPIRES_AT))
            .where(
                JAVA_DUTIES
                    .HOLDER
                    .eq(excluded(JAVA_DUTIES.HOLDER))
                    .or(JAVA_DUTIES.EXPIRES_AT.le(now)))
            .execute()
        == 1;
  }

  /** Leaves a duty to others, if this holder has it. */
  public static void leave(DSLContext dsl, Duty duty) {
    dsl.deleteFrom(JAVA_DUTIES)
        .where(JAVA_DUTIES.NAME.eq(duty.name()))
        .and(JAVA_DUTIES.HOLDER.eq(duty.holder()))
        .execute();
  }

  /** To the second: several machines have only the server's clock in common. */
  private static Field<Long> now(DSLContext dsl, long clockMillis) {
    return dsl.dialect() == SQLDialect.SQLITE
        ? val(clockMillis)
        : extract(currentTimestamp(), DatePart.EPOCH).cast(SQLDataType.BIGINT).times(1_000L);
  }
}
