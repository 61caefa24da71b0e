package dev.dbos.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.TempSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The program as it is delivered: a jar beside its libraries, in a process of its own. */
class PackagedDbosTest {
  private record Ended(int code, String out, String err) {}

  @Test
  void theJarRunsByItself() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      Ended migrated = run("migrate", file.url());
      assertThat(migrated.err()).isEmpty();
      assertThat(migrated.code()).isZero();
      assertThat(migrated.out())
          .isEqualTo("Created the system tables of " + file.url() + " at version 108.");

      Ended checked = run("check", "--json", file.url());
      assertThat(checked.err()).isEmpty();
      assertThat(checked.code()).isZero();
      assertThat(checked.out()).startsWith("{").contains("\"usable\" : true");
    }
  }

  @Test
  void itReadsAConfigurationFile() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      Path configuration = file.path().resolveSibling("till.yaml");
      Files.writeString(configuration, "name: till\nsystem_database_url: " + file.url() + "\n");

      Ended checked = run("check", "--config", configuration.toString());

      assertThat(checked.out()).contains("The file " + file.path() + " does not exist.");
      assertThat(checked.code()).isEqualTo(1);
    }
  }

  private static Ended run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", jar().toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    // The errors of these commands fit into the pipe.
    String out = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8).strip();
    return new Ended(process.waitFor(), out, err);
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("dbos-cli-.*\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }
}
