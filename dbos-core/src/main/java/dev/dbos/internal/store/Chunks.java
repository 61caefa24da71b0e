package dev.dbos.internal.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Many values at a time, but not too many for one statement. */
public final class Chunks {
  private static final int MOST = 1_000;

  private Chunks() {}

  /** The values in order, in lists of at most 1,000. */
  public static <T> List<List<T>> of(Collection<T> values) {
    List<T> all = List.copyOf(values);
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MOST) {
      chunks.add(all.subList(from, Math.min(all.size(), from + MOST)));
    }
    return chunks;
  }

  /** Whether a column has one of the values; on PostgreSQL the same text for any number of them. */
  static Condition among(DSLContext dsl, Field<String> column, Collection<String> values) {
    return dsl.dialect() == SQLDialect.SQLITE
        ? column.in(values)
        : column.eq(DSL.any(values.toArray(String[]::new)));
  }
}
