package dev.dbos.internal.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One life of an executor: a random name and, on Linux, the process it lives in. Who shares that
 * process's kernel, process namespace and user can see that the process has ended, and need not
 * wait for its lease to expire. Who does not, or is not sure, waits.
 */
final class Incarnation {
  private static final Pattern TEXT = Pattern.compile("([^@]+)@([0-9a-f]+):(\\d+):(\\d+)");

  /** A process's start is told in ticks since the system's, which was at about some second. */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private static final Set<String> LIVING_HERE = ConcurrentHashMap.newKeySet();
  private static final Optional<String> HERE = here();

  private Incarnation() {}

  /** Begins one in this process. */
  static String begin() {
    String name = UUID.randomUUID().toString();
    ProcessHandle self = ProcessHandle.current();
    String incarnation =
        HERE.map(here -> name + "@" + here + ":" + self.pid() + ":" + startMillis(self))
            .orElse(name);
    LIVING_HERE.add(incarnation);
    return incarnation;
  }

  /** It has ended, whatever became of its lease. */
  static void end(String incarnation) {
    LIVING_HERE.remove(incarnation);
  }

  /** Whether it is sure to have ended. */
  static boolean isGone(String incarnation) {
    Matcher text = TEXT.matcher(incarnation);
    if (!text.matches() || !HERE.equals(Optional.of(text.group(2)))) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(text.group(3)));
    if (process.isEmpty()) {
      return true;
    }
    long begun = startMillis(process.get());
    if (begun == 0) {
      return false;
    }
    boolean another = Math.abs(begun - Long.parseLong(text.group(4))) > TOLERANCE.toMillis();
    return another
        || (process.get().equals(ProcessHandle.current()) && !LIVING_HERE.contains(incarnation));
  }

  private static long startMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** What tells apart where process ids mean the same; empty where that cannot be said. */
  private static Optional<String> here() {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      String user = System.getProperty("user.name", "");
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((boot + "\n" + namespace + "\n" + user).getBytes(StandardCharsets.UTF_8));
      return Optional.of(HexFormat.of().formatHex(digest, 0, 8));
    } catch (IOException | UnsupportedOperationException | NoSuchAlgorithmException unknown) {
      return Optional.empty();
    }
  }
}
