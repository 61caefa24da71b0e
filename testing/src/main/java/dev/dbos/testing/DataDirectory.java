package dev.dbos.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * Where a server that need not survive keeps its files: in memory, where the machine has a file
 * system for that. Each test makes databases of some 300 files, and a slow disk spends more time on
 * making and deleting them than the tests on testing.
 */
final class DataDirectory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long NEEDED_BYTES = 4L << 30;

  private DataDirectory() {}

  /** A new directory in memory, or empty where there is no room for one. */
  static Optional<File> inMemory() {
    try {
      if (!hasRoom()) {
        return Optional.empty();
      }
      String mine = "dbos-postgres-" + System.getProperty("user.name") + "-";
      removeAbandoned(mine);
      long process = ProcessHandle.current().pid();
      return Optional.of(Files.createTempDirectory(MEMORY, mine + process + "-").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where small files are fast: in memory where there is room, else where temporary files go. */
  static Path scratch() throws IOException {
    return hasRoom() ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static boolean hasRoom() throws IOException {
    return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= NEEDED_BYTES;
  }

  /** Memory that a killed JVM left behind would be gone until the next start of the machine. */
  private static void removeAbandoned(String prefix) throws IOException {
    try (Stream<Path> directories = Files.list(MEMORY)) {
      for (Path directory : directories.toList()) {
        String name = directory.getFileName().toString();
        if (name.startsWith(prefix) && !isOwnerAlive(name.substring(prefix.length()))) {
          FileUtils.deleteQuietly(directory.toFile());
        }
      }
    }
  }

  private static boolean isOwnerAlive(String processAndRandom) {
    String process = processAndRandom.substring(0, Math.max(0, processAndRandom.indexOf('-')));
    return process.isEmpty()
        || !process.chars().allMatch(Character::isDigit)
        || ProcessHandle.of(Long.parseLong(process)).isPresent();
  }
}
