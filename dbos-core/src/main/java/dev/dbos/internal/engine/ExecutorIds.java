package dev.dbos.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names for executors that nobody named. */
public final class ExecutorIds {
  private static final int LONGEST_HOST = 40;

  private ExecutorIds() {}

  /** One that no other process has: the host, the process, and a random number. */
  public static String unique() {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    return host() + "-" + ProcessHandle.current().pid() + "-" + random;
  }

  /** As the system has it: asking for it by name could take as long as a name server does. */
  private static String host() {
    String name;
    try {
      name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException noLinux) {
      name = System.getenv().getOrDefault("HOSTNAME", System.getenv("COMPUTERNAME"));
    }
    if (name == null || name.isBlank()) {
      return "jvm";
    }
    String plain = name.replaceAll("[^A-Za-z0-9.-]", "-");
    return plain.substring(0, Math.min(plain.length(), LONGEST_HOST));
  }
}
