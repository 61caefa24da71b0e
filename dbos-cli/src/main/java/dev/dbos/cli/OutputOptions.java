package dev.dbos.cli;

import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** In which form a command answers. */
final class OutputOptions {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  /** Whether the answer is for a program. */
  boolean isJson() {
    return json;
  }

  /** {@code value} (maps, lists, texts, numbers) as JSON. */
  static String toJson(Object value) {
    return JSON.writeValueAsString(value);
  }
}
