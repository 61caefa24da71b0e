package dev.dbos.internal.migration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * SQL statements from a resource of this package.
 *
 * <p>A statement ends at a line that ends in a semicolon outside a <code>${quote}</code>. Comment
 * lines between statements are dropped, except {@code -- @n}, which says that what follows belongs
 * to migration n, and {@code -- @include file}.
 */
final class SqlScript {
  private static final String MARK = "-- @";
  private static final String INCLUDE = MARK + "include ";
  private static final String QUOTE = "${quote}";

  /** A statement and the migration it belongs to, 0 when the script has no migrations. */
  private record Step(int migration, String statement) {}

  private final List<Step> steps = new ArrayList<>();
  private int migration;

  private SqlScript() {}

  /** Reads {@code folder/file} and puts {@code values} in the place of <code>${name}</code>. */
  static SqlScript load(String folder, String file, Map<String, String> values) {
    SqlScript script = new SqlScript();
    script.read(folder, file, values);
    return script;
  }

  /** All statements in order, without their semicolons. */
  List<String> statements() {
    return after(-1);
  }

  /** The statements of the migrations after {@code version}. */
  List<String> after(long version) {
    return steps.stream().filter(step -> step.migration() > version).map(Step::statement).toList();
  }

  private void read(String folder, String file, Map<String, String> values) {
    StringBuilder statement = new StringBuilder();
    boolean quoted = false;
    for (String line : text(folder + "/" + file).lines().toList()) {
      if (statement.isEmpty() && isBetweenStatements(line)) {
        if (line.startsWith(INCLUDE)) {
          read(folder, line.substring(INCLUDE.length()), values);
        } else if (line.startsWith(MARK)) {
          migration = Integer.parseInt(line.substring(MARK.length()));
        }
        continue;
      }
      quoted ^= line.contains(QUOTE);
      boolean last = line.endsWith(";") && !quoted;
      statement.append(last ? line.substring(0, line.length() - 1) : line + "\n");
      if (last) {
        steps.add(new Step(migration, fill(statement.toString(), values)));
        statement.setLength(0);
      }
    }
  }

  private static boolean isBetweenStatements(String line) {
    return line.isBlank() || line.startsWith("--");
  }

  /** Values are put in literally, in one pass: a value that looks like a placeholder stays. */
  private static String fill(String statement, Map<String, String> values) {
    StringBuilder filled = new StringBuilder();
    int from = 0;
    for (int at = statement.indexOf("${"); at >= 0; at = statement.indexOf("${", from)) {
      int end = statement.indexOf('}', at);
      String name = statement.substring(at + 2, end);
      String value = values.get(name);
      if (value == null) {
        throw new IllegalStateException("No value for ${" + name + "}");
      }
      filled.append(statement, from, at).append(value);
      from = end + 1;
    }
    return filled.append(statement, from, statement.length()).toString();
  }

  private static String text(String path) {
    try (InputStream resource = SqlScript.class.getResourceAsStream(path)) {
      if (resource == null) {
        throw new IllegalStateException("Missing resource " + path);
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
