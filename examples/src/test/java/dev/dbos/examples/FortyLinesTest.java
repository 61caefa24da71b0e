package dev.dbos.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FortyLinesTest {
  private static final Path SOURCE =
      Path.of("src", "main", "java", "dev", "dbos", "examples", "FortyLines.java");

  @TempDir Path directory;

  @Test
  void greetsOnceHoweverOftenItIsStarted() throws Exception {
    assertThat(output()).isEqualTo("Lines in the guest book: 1\n");
    assertThat(output()).isEqualTo("Lines in the guest book: 1\n");

    assertThat(directory).isDirectoryContaining("glob:**guests.sqlite");
  }

  @Test
  void hasFortyLinesAtMost() throws IOException {
    assertThat(Files.readAllLines(SOURCE)).hasSizeLessThanOrEqualTo(40);
  }

  /** Its files are made in the working directory, so it gets one of its own. */
  private String output() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            FortyLines.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.directory(directory.toFile()).redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.replace("\r\n", "\n");
  }
}
