package dev.dbos.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/** The machine that everything runs on, as the head of a report. */
final class Machine {
  private static final int WRITES = 200;
  private static final int WRITE_BYTES = 4096;

  private Machine() {}

  /**
   * Its facts as Markdown.
   *
   * @param databases what took part, with versions
   */
  static String facts(List<String> databases) throws IOException {
    return Report.format(
        "%s. %d cores (%s), %s %s, Java %s, %s. A write of 4 kB with force() to the disk takes %.2f ms"
            + " in the median of %d.%n",
        Instant.now().truncatedTo(ChronoUnit.MINUTES),
        Runtime.getRuntime().availableProcessors(),
        processor(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("java.version"),
        String.join(", ", databases),
        syncMillis(),
        WRITES);
  }

  private static String processor() throws IOException {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    if (!Files.exists(cpuinfo)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(cpuinfo).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst()
        .orElseGet(() -> System.getProperty("os.arch"));
  }

  private static double syncMillis() throws IOException {
    Path file = Files.createTempFile("dbos-sync-", ".bin");
    long[] nanos = new long[WRITES];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer page = ByteBuffer.allocate(WRITE_BYTES);
      for (int i = 0; i < WRITES; i++) {
        page.clear();
        long before = System.nanoTime();
        while (page.hasRemaining()) {
          channel.write(page);
        }
        channel.force(false);
        nanos[i] = System.nanoTime() - before;
      }
    } finally {
      Files.delete(file);
    }
    Arrays.sort(nanos);
    return nanos[WRITES / 2] / 1e6;
  }
}
