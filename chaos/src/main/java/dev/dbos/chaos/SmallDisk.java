package dev.dbos.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A directory on a file system of its own, in memory and so small that it can be filled at once.
 * Where the machine does not let us mount one it is an ordinary directory, which cannot.
 */
final class SmallDisk implements AutoCloseable {
  private static final String SIZE = "192m";
  private static final int BLOCK_BYTES = 1 << 16;
  private static final long PATIENCE_SECONDS = 20;

  private final Path directory;
  private final boolean mounted;

  private SmallDisk(Path directory, boolean mounted) {
    this.directory = directory;
    this.mounted = mounted;
  }

  static SmallDisk create() {
    try {
      Path directory = Files.createTempDirectory("dbos-chaos-disk-").toRealPath();
      return new SmallDisk(
          directory,
          run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", directory.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** Whether {@link #fill} works. */
  boolean canBeFilled() {
    return mounted;
  }

  /** Takes all the room there is. */
  void fill() {
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream filler = Files.newOutputStream(filler())) {
      while (true) {
        filler.write(block);
      }
    } catch (IOException full) {
      // That is what was wanted.
    }
  }

  /** Gives the room back. */
  void empty() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return directory.resolve("filler");
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    if (mounted) {
      run("umount", directory.toString());
    }
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
