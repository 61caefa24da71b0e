package dev.dbos.codegen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Remembers beside generated sources what they were generated from and what they were like, so that
 * a build in which neither changed need not generate them again.
 */
record Marker(Path directory) {

  private static final String NAME = ".generated-from";

  /** Whether the sources are what {@code inputs} would generate. */
  boolean matches(String inputs) throws IOException {
    return Files.exists(file()) && Files.readAllLines(file()).equals(List.of(inputs, sources()));
  }

  /** Forgets the sources, before they are touched. */
  void clear() throws IOException {
    Files.deleteIfExists(file());
  }

  /** Notes that {@code inputs} generated the sources that are there. */
  void write(String inputs) throws IOException {
    clear();
    Files.createDirectories(directory);
    Files.write(file(), List.of(inputs, sources()));
  }

  private String sources() throws IOException {
    Path marker = file();
    try (var files = Files.walk(directory)) {
      Fingerprint fingerprint = new Fingerprint();
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        if (!each.equals(marker)) {
          fingerprint.with(directory.relativize(each).toString()).withFiles(each);
        }
      }
      return fingerprint.toString();
    }
  }

  private Path file() {
    return directory.resolve(NAME);
  }
}
