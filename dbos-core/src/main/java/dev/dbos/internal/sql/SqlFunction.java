package dev.dbos.internal.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Work on a connection or lease that may fail with an SQL error. */
@FunctionalInterface
public interface SqlFunction<T, R extends @Nullable Object> {
  /** Does the work. */
  R apply(T subject) throws SQLException;
}
