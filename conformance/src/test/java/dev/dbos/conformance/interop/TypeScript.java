package dev.dbos.conformance.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dbos.conformance.Site;
import dev.dbos.testing.Skipped;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A program on the official TypeScript SDK, in a process of its own: a worker and a client. The SDK
 * comes from npm, pinned by the lock file among the resources, and stays in the build's directory.
 */
final class TypeScript implements AutoCloseable {
  private static final String ANSWER = "=> ";
  private static final long INSTALL_SECONDS = 60;
  private static final long ANSWER_SECONDS = 60;

  /** What it answered instead of a value. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Map<String, @Nullable Object> error;

    Refused(Map<String, @Nullable Object> error) {
      super(String.valueOf(error.get("message")));
      this.error = error;
    }

    /** Its name, code and data. */
    String details() {
      return error.get("name") + " " + error.get("code") + " " + error.get("data");
    }
  }

  private final Process process;
  private final BufferedWriter input;
  private final BufferedReader output;
  private final Path errors;

  private TypeScript(Process process, Path errors) {
    this.process = process;
    this.input = process.outputWriter(UTF_8);
    this.output = process.inputReader(UTF_8);
    this.errors = errors;
  }

  /** Starts one on a version of the SDK; the test is skipped, loudly, where that cannot be had. */
  static TypeScript start(String version, Site site) throws IOException {
    Path directory = installed(version);
    Path errors = Files.createTempFile(directory, "peer", ".log");
    ProcessBuilder builder =
        new ProcessBuilder("node", "peer.cjs")
            .directory(directory.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("SYSTEM_URL", site.systemUrl());
    TypeScript peer = new TypeScript(builder.start(), errors);
    peer.call("connect");
    return peer;
  }

  private static Path installed(String version) throws IOException {
    Path directory = Path.of("target", "npm", version).toAbsolutePath();
    Files.createDirectories(directory);
    for (String file : List.of("package.json", "package-lock.json")) {
      copy("/npm/" + version + "/" + file, directory.resolve(file));
    }
    copy("/npm/peer.cjs", directory.resolve("peer.cjs"));
    Path complete = directory.resolve("complete");
    if (!Files.exists(complete)) {
      skipUnless(run(directory, "node", "--version"), version);
      skipUnless(
          run(directory, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), version);
      Files.createFile(complete);
    }
    return directory;
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(TypeScript.class.getResourceAsStream(resource), resource)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void skipUnless(Optional<String> problem, String version) {
    Assumptions.assumeTrue(
        problem.isEmpty(),
        () ->
            Skipped.loudly(
                "TypeScriptTest",
                "@dbos-inc/dbos-sdk "
                    + version
                    + " could not be installed, it needs Node 20 with npm and its registry: "
                    + problem.orElse("")));
  }

  /** Why a command did not succeed; empty when it did. */
  private static Optional<String> run(Path directory, String... command) throws IOException {
    Path log = directory.resolve(command[0] + ".log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException missing) {
      return Optional.of("there is no " + command[0]);
    }
    try {
      if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.of(String.join(" ", command) + " did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process.exitValue() == 0
        ? Optional.empty()
        : Optional.of(String.join(" ", command) + " failed, see " + log);
  }

  /**
   * Becomes a worker; brings the system tables to its own version if they are older.
   *
   * @throws Refused with the error it got; its process has ended then
   */
  TypeScript launched() {
    try {
      call("launch");
      return this;
    } catch (Refused | AssertionError failure) {
      close();
      throw failure;
    }
  }

  /**
   * Does something and returns what came of it.
   *
   * @throws Refused with the error it got
   */
  @Nullable Object call(String command, @Nullable Object... arguments) {
    try {
      input.write(Json.text(Map.of("command", command, "args", Arrays.asList(arguments))));
      input.newLine();
      input.flush();
      Map<String, @Nullable Object> answer =
          CompletableFuture.supplyAsync(this::answer).get(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (answer.get("error") != null) {
        throw new Refused(Json.object(answer, "error"));
      }
      return answer.get("value");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException | ExecutionException | TimeoutException failure) {
      throw new AssertionError("No answer to " + command + "; " + log(), failure);
    }
  }

  private Map<String, @Nullable Object> answer() {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(ANSWER)) {
          return Json.object(line.substring(ANSWER.length()));
        }
      }
      throw new IllegalStateException("It has ended; " + log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String log() {
    try {
      return Files.readString(errors);
    } catch (IOException unreadable) {
      return String.valueOf(unreadable);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      Files.delete(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
