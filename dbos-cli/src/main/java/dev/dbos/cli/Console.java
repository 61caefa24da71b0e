package dev.dbos.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the world.
 *
 * @param out where the answer goes
 * @param err where everything else goes
 * @param in what somebody types
 * @param variables the environment
 * @param directory what relative files are relative to
 */
record Console(
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    Map<String, String> variables,
    Path directory) {

  /** That of this process. */
  static Console ofProcess() {
    return new Console(
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        new BufferedReader(new InputStreamReader(System.in, UTF_8)),
        System.getenv(),
        Path.of(""));
  }
}
