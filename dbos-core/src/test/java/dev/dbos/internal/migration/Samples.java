package dev.dbos.internal.migration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Dumps of system databases at version 108 that the Python SDK made. */
final class Samples {
  private Samples() {}

  /** The text of a sample. */
  static String text(String name) {
    try (InputStream resource =
        Objects.requireNonNull(Samples.class.getResourceAsStream("/samples/" + name), name)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The statements of a dump, functions and triggers left out. */
  static List<String> statements(String product) {
    String dump = text(product + "/schema.sql").replaceAll("  -- .*", "");
    return Arrays.stream(dump.split(";\\s*\n\\s*|;\\s*$", -1))
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .filter(statement -> !statement.contains("FUNCTION"))
        .toList();
  }

  /** Makes the tables and indexes of a dump, and records version 108. */
  static void restore(Connection connection, String product) throws SQLException {
    String prefix = product.equals("postgres") ? "dbos." : "";
    Statements.run(connection, statements(product));
    Statements.run(
        connection, List.of("INSERT INTO " + prefix + "dbos_migrations (version) VALUES (108)"));
  }
}
