package dev.dbos.internal.context;

import dev.dbos.internal.sql.DatabaseIdentity;
import org.jspecify.annotations.Nullable;

/**
 * A runtime or a client, as transactions see it that ask something of its system database. What
 * they can ask is known higher up.
 */
public interface OutboxHost {
  /** Whom it asks. */
  Destination destination();

  /**
   * Who is asked.
   *
   * @param systemDatabase the physical database
   * @param schema where its tables are
   * @param applicationName the application, or null for a client of all
   */
  record Destination(
      DatabaseIdentity systemDatabase, String schema, @Nullable String applicationName) {}
}
