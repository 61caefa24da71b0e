package dev.dbos.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A program in a process of its own, which a test talks to by lines and can kill at any point. It
 * runs on the JDK and the class path of the test. A child that is not closed dies with this JVM.
 */
public final class ChildJvm implements AutoCloseable {
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final int FREEZING_LOOKS = 1_000;

  /** How long the streams of a child that has ended may take to end, too. */
  private static final Duration LAST_LINES = Duration.ofSeconds(10);

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Process process;
  private final BufferedWriter input;
  private final OutputLines output;
  private final OutputLines errors;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = process.outputWriter(UTF_8);
    this.output = new OutputLines(process.inputReader(UTF_8));
    this.errors = new OutputLines(process.errorReader(UTF_8));
    RUNNING.add(process);
  }

  /**
   * Prepares a child.
   *
   * @param main the class whose main method it runs
   * @return a builder for it
   */
  public static Builder builder(Class<?> main) {
    return new Builder(main);
  }

  /**
   * The operating system's id of the child.
   *
   * @return its process id
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Tells whether the child runs.
   *
   * @return false once it has ended
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for the child to print a line to its standard output. The search starts behind the line
   * that the previous call returned.
   *
   * @param line tells which one
   * @param timeout how long at most
   * @return the line
   * @throws AssertionError if it does not come in time or the child ends before; the message
   *     carries what the child printed instead
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public String awaitLine(Predicate<String> line, Duration timeout) throws InterruptedException {
    Optional<String> found = output.await(line, timeout);
    if (found.isEmpty() && !process.isAlive()) {
      errors.awaitEnd(LAST_LINES);
    }
    return found.orElseThrow(() -> failure("did not print the awaited line", timeout));
  }

  /**
   * Waits for the child to print a line to its standard error stream. The search starts behind the
   * line that the previous call returned.
   *
   * @param line tells which one
   * @param timeout how long at most
   * @return the line
   * @throws AssertionError if it does not come in time or the child ends before; the message
   *     carries what the child printed instead
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public String awaitErrorLine(Predicate<String> line, Duration timeout)
      throws InterruptedException {
    return errors
        .await(line, timeout)
        .orElseThrow(() -> failure("did not print the awaited error line", timeout));
  }

  /**
   * The standard output.
   *
   * @return its lines so far
   */
  public List<String> lines() {
    return output.all();
  }

  /**
   * The standard error stream.
   *
   * @return its lines so far
   */
  public List<String> errorLines() {
    return errors.all();
  }

  /**
   * Writes a line to the child's standard input.
   *
   * @param line the line, without its end
   * @throws UncheckedIOException if the child does not read any more
   */
  public void send(String line) {
    try {
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " does not read its input any more", e);
    }
  }

  /**
   * Kills the child with no chance to clean up (SIGKILL) and waits until it is gone.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * Freezes the child (SIGSTOP): it keeps its connections and locks, and knows nothing of the time
   * that passes. Returns when each of its threads stands still, where the system tells.
   *
   * @throws AssertionError if they do not, perhaps because somebody else thaws it
   */
  public void freeze() {
    for (int look = 0; look < FREEZING_LOOKS; look++) {
      Signals.send(process.pid(), "STOP");
      LockSupport.parkNanos(LOOK_NANOS);
      if (!process.isAlive() || Signals.isStopped(process.pid())) {
        return;
      }
    }
    throw new AssertionError(name + " does not stop");
  }

  /** Lets a {@link #freeze frozen} child go on as if nothing had happened (SIGCONT). */
  public void thaw() {
    Signals.send(process.pid(), "CONT");
  }

  /**
   * Waits until the child ends by itself, and for the last lines that it printed.
   *
   * @param timeout how long at most
   * @return its exit code; 128 + 9 after {@link #kill} where there are signals
   * @throws AssertionError if it is still running then; the message carries what it printed
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public int awaitExit(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw failure("did not end", timeout);
    }
    output.awaitEnd(LAST_LINES);
    errors.awaitEnd(LAST_LINES);
    return process.exitValue();
  }

  /** Kills the child if it still runs. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
    RUNNING.remove(process);
  }

  private AssertionError failure(String what, Duration timeout) {
    String state = process.isAlive() ? "is running" : "ended with " + process.exitValue();
    return new AssertionError(
        "%s %s within %s; it %s.%nOutput:%n%s%nErrors:%n%s"
            .formatted(
                name,
                what,
                timeout,
                state,
                String.join("\n", lines()),
                String.join("\n", errorLines())));
  }

  /** Options of a child. */
  public static final class Builder {
    private final Class<?> main;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private String classPath = ownClassPath();

    private Builder(Class<?> main) {
      this.main = Objects.requireNonNull(main, "main");
    }

    /**
     * Sets a system property; without this a child has those of any JVM.
     *
     * @param name the property's name
     * @param value the property's value
     * @return this builder
     */
    public Builder property(String name, String value) {
      properties.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets an environment variable; without this a child has those of this JVM.
     *
     * @param name the variable's name
     * @param value the variable's value
     * @return this builder
     */
    public Builder environment(String name, String value) {
      environment.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Adds options of the JVM; without this it has those that every child has.
     *
     * @param more the options, in order
     * @return this builder
     */
    public Builder jvmOptions(String... more) {
      jvmOptions.addAll(List.of(more));
      return this;
    }

    /**
     * Sets the class path; without this it is the one of this JVM.
     *
     * @param entries files and directories
     * @return this builder
     */
    public Builder classPath(List<Path> entries) {
      classPath =
          entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
      return this;
    }

    /**
     * Adds arguments of the main method; without this there are none.
     *
     * @param more the arguments, in order
     * @return this builder
     */
    public Builder arguments(String... more) {
      arguments.addAll(List.of(more));
      return this;
    }

    /**
     * Starts the child.
     *
     * @return the child, which may not have reached its main method yet
     * @throws UncheckedIOException if the JDK cannot be started
     */
    public ChildJvm start() {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("--enable-native-access=ALL-UNNAMED");
      // It lives for seconds, most of which would go to the better compiler.
      command.add("-XX:TieredStopAtLevel=1");
      command.add("-XX:+UseSerialGC");
      // Files and lines are the same everywhere, whatever the terminal of the parent uses.
      command.add("-Dstdout.encoding=UTF-8");
      command.add("-Dstderr.encoding=UTF-8");
      command.addAll(jvmOptions);
      properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
      command.add(main.getName());
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      // Not an argument: it may be longer than a command line.
      builder.environment().put("CLASSPATH", classPath);
      try {
        return new ChildJvm(main.getSimpleName(), builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException("Could not start " + main.getName(), e);
      }
    }

    /**
     * The class path of this JVM.
     *
     * @return files and directories, as one text
     */
    public static String ownClassPath() {
      // Surefire starts the tests from a jar that only points to the class path.
      String behindJar = System.getProperty("surefire.test.class.path", "");
      return behindJar.isEmpty() ? System.getProperty("java.class.path", "") : behindJar;
    }
  }
}
