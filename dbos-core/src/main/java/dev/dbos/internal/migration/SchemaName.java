package dev.dbos.internal.migration;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.text.StoredName;
import java.nio.charset.StandardCharsets;

/** The name of a PostgreSQL schema, which may hold any character but NUL. */
record SchemaName(String name) {
  /** What PostgreSQL keeps of an identifier; it silently cuts off the rest. */
  private static final int MAXIMUM_BYTES = 63;

  SchemaName {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0
        || bytes > MAXIMUM_BYTES
        || name.indexOf('\0') >= 0
        || StoredName.hasHalfCharacter(name)) {
      throw new ConfigurationException(
          "\""
              + (name.length() > MAXIMUM_BYTES ? name.substring(0, MAXIMUM_BYTES) + "..." : name)
              + "\" cannot name a schema: PostgreSQL takes 1 to "
              + MAXIMUM_BYTES
              + " bytes without NUL. Choose another schema.",
          null);
    }
  }

  /** As an identifier: {@code "my ""schema"""}. */
  String quoted() {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The quoted identifier as a string literal, for casts to {@code regnamespace}. */
  String literal() {
    return '\'' + quoted().replace("'", "''") + '\'';
  }

  /** The quoted, qualified identifier of {@code table}. */
  String table(String table) {
    return quoted() + '.' + table;
  }

  /** A dollar quote that does not occur in the name, so that function bodies can mention it. */
  String dollarQuote() {
    StringBuilder tag = new StringBuilder("dbos");
    while (name.contains("$" + tag + "$")) {
      tag.append('_');
    }
    return "$" + tag + "$";
  }
}
