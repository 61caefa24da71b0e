package dev.dbos.liquibase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.liquibase.outage.PowerCut;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs run in a JVM of their own. */
final class ChildJvm {

  private ChildJvm() {}

  static Process start(String classPath, Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Waits for the end of a program that has to succeed, and returns all it printed. */
  static String output(Process process) throws Exception {
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  /** Waits for the end of a program that has to be killed by a {@link PowerCut}. */
  static void awaitKilled(Process process) throws Exception {
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isEqualTo(PowerCut.EXIT_CODE);
  }
}
