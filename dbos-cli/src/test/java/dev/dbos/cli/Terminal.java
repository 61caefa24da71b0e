package dev.dbos.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Somebody who types commands, and what they get to see. */
final class Terminal {
  private final Path directory;
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String typed = "";

  Terminal(Path directory) {
    this.directory = directory;
  }

  Terminal variable(String name, String value) {
    variables.put(name, value);
    return this;
  }

  /** What will be typed when something is asked. */
  Terminal types(String line) {
    typed = line + "\n";
    return this;
  }

  /** Runs a command and returns its exit code; output of earlier ones is forgotten. */
  int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return DbosCommand.run(
        new Console(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            new BufferedReader(new StringReader(typed)),
            variables,
            directory),
        arguments);
  }

  /** The answer. */
  String out() {
    return out.toString().strip();
  }

  /** Everything else. */
  String err() {
    return err.toString().strip();
  }
}
