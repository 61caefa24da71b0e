package dev.dbos.examples.orders.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link ShopProgram} in a process of its own, on this JVM's class path. */
final class ShopProcess implements AutoCloseable {
  private static final String ENDED = "";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread orphanage = new Thread(this::killNow);

  private ShopProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts the program.
   *
   * @param log the file for what it logs
   */
  static ShopProcess start(Site site, Path log, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    // A program that lives for a second starts sooner this way.
    command.add("-XX:TieredStopAtLevel=1");
    command.add(ShopProgram.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path", ""));
    // Two demos on one database do not recover each other's orders.
    builder.environment().put("DBOS__VMID", "demo-" + site.run());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      ShopProcess started = new ShopProcess(builder.start(), log);
      Runtime.getRuntime().addShutdownHook(started.orphanage);
      started.listen();
      started.tell(site);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("The shop's process could not be started", e);
    }
  }

  private void tell(Site site) throws IOException {
    try (Writer input = process.outputWriter(UTF_8)) {
      for (String line : site.toLines()) {
        input.write(line + "\n");
      }
    }
  }

  private void listen() {
    Thread.startVirtualThread(
        () -> {
          try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
          } catch (IOException | UncheckedIOException e) {
            // The stream of a killed process may end like this.
          } finally {
            lines.add(ENDED);
          }
        });
  }

  /** The id of the process. */
  long pid() {
    return process.pid();
  }

  /**
   * Waits until the program has said these lines, in any order.
   *
   * @throws IllegalStateException when it says something else, ends before, or says nothing for a
   *     minute; with the end of its log
   */
  void await(Set<String> expected) throws InterruptedException {
    Set<String> missing = new TreeSet<>(expected);
    while (!missing.isEmpty()) {
      String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw failure("hangs, without having said " + missing);
      } else if (line.equals(ENDED)) {
        throw failure("ended too early, without having said " + missing);
      } else if (!missing.remove(line)) {
        throw failure("said \"" + line + "\" instead of " + missing);
      }
    }
  }

  private IllegalStateException failure(String what) {
    return new IllegalStateException("The shop " + what + ". Its log is " + log + endOfLog());
  }

  private String endOfLog() {
    try {
      List<String> all = Files.readAllLines(log, UTF_8);
      return "\n  " + String.join("\n  ", all.subList(Math.max(0, all.size() - 20), all.size()));
    } catch (IOException e) {
      return "";
    }
  }

  /** Kills it with SIGKILL: no handler, no clean-up. Returns its exit code, 137 on Unix. */
  int kill() throws InterruptedException {
    return process.destroyForcibly().waitFor();
  }

  /** Waits until it ends by itself. */
  void awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw failure("does not close");
    }
    if (process.exitValue() != 0) {
      throw failure("ended with exit code " + process.exitValue());
    }
  }

  private void killNow() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    killNow();
    try {
      Runtime.getRuntime().removeShutdownHook(orphanage);
    } catch (IllegalStateException shuttingDown) {
      // The hook does the same.
    }
  }
}
