package dev.dbos.internal.store;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.sql.Dialect;
import java.time.InstantSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.SQLDataType;

/** The time by which several processes compare moments. */
public final class DatabaseTime {
  private DatabaseTime() {}

  /**
   * Now, epoch ms, as the server has it when the statement runs. On SQLite, whose processes share a
   * host, it is {@code clock}'s.
   */
  public static Field<Long> nowMillis(DSLContext dsl, InstantSource clock) {
    return dsl.dialect() == SQLDialect.SQLITE
        ? val(clock.millis())
        : field(Dialect.Postgres.NOW_MILLIS, SQLDataType.BIGINT);
  }

  /** What {@link #nowMillis} is at this moment. */
  public static long read(DSLContext dsl, InstantSource clock) {
    return dsl.dialect() == SQLDialect.SQLITE
        ? clock.millis()
        : dsl.select(nowMillis(dsl, clock)).fetchSingle().value1();
  }
}
