package dev.dbos.examples.orders.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Notes at the end of a build what {@code ./demo} starts the program with. */
final class LaunchFiles {
  private LaunchFiles() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(directory.resolve("java"), java + "\n", UTF_8);
    // Last: ./demo compares its age with that of the sources.
    Files.writeString(
        directory.resolve("classpath"), System.getProperty("java.class.path") + "\n", UTF_8);
  }
}
