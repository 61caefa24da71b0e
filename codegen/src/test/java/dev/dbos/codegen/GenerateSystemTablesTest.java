package dev.dbos.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateSystemTablesTest {
  private static final Path COMMITTED = Path.of("..", "dbos-core", "src", "main", "generated");

  @Test
  void committedClassesAreThoseOfTheTablesTheLibraryMakes(@TempDir Path directory)
      throws Exception {
    GenerateSystemTables.generate(directory);

    assertThat(sources(COMMITTED))
        .as("Run: mvn -Pgenerate-system-tables -pl codegen -am process-classes")
        .isEqualTo(sources(directory));
  }

  private static Map<String, String> sources(Path root) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sources.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return sources;
  }
}
