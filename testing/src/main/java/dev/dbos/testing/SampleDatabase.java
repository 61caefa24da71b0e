package dev.dbos.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Files about a system database that an official SDK made: its tables, its rows, and what the SDK
 * itself showed of them.
 */
public enum SampleDatabase {
  /** Of the TypeScript SDK 5.3.0 on PostgreSQL, at version 123. */
  TYPESCRIPT_5("pg-ts-5.3.0"),
  /** Of the TypeScript SDK 4.27.6 on PostgreSQL, at version 108. */
  TYPESCRIPT_4("pg-ts-4.27.6"),
  /** Of the Python SDK 2.30 on PostgreSQL, at version 108. */
  PYTHON("pg-py-2.30"),
  /** Of the Python SDK 2.30 on SQLite, at version 108. */
  PYTHON_ON_SQLITE("sqlite-py-2.30");

  private final String directory;

  SampleDatabase(String directory) {
    this.directory = directory;
  }

  /**
   * Reads one of its files.
   *
   * @param file the name, such as {@code rows.jsonl}
   * @return the text
   */
  public String text(String file) {
    String path = "/samples/" + directory + "/" + file;
    try (InputStream in =
        Objects.requireNonNull(SampleDatabase.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * The statements that make its tables and indexes; without functions and triggers, whose bodies
   * the dump leaves out.
   *
   * @return the statements, in their order
   */
  public List<String> schema() {
    return Arrays.stream(
            text("schema.sql").replaceAll("  -- .*", "").split(";\\s*\n\\s*|;\\s*$", -1))
        .map(String::strip)
        .filter(sql -> !sql.isEmpty() && !sql.contains("FUNCTION"))
        .toList();
  }
}
