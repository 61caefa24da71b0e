package dev.dbos.internal.migration;

import dev.dbos.testing.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** System databases at version 108 as the Python SDK makes them. */
final class Samples {
  private Samples() {}

  /** Makes the tables and indexes of a dump, and records version 108. */
  static void restore(Connection connection, SampleDatabase sample) throws SQLException {
    String prefix = sample == SampleDatabase.PYTHON ? "dbos." : "";
    Statements.run(connection, sample.schema());
    Statements.run(
        connection, List.of("INSERT INTO " + prefix + "dbos_migrations (version) VALUES (108)"));
  }
}
