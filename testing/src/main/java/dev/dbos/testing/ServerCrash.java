package dev.dbos.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that was shut down in the hardest way it knows: without a word to its clients and
 * without a checkpoint. It recovers from its log when it is started again.
 */
public final class ServerCrash implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Path dataDirectory;
  private final Path control;
  private boolean over;

  private ServerCrash(Path dataDirectory, Path control) {
    this.dataDirectory = dataDirectory;
    this.control = control;
  }

  /** Shuts the server down; it is gone when this returns. */
  static ServerCrash of(Path dataDirectory) {
    ServerCrash crash = new ServerCrash(dataDirectory, control(dataDirectory));
    crash.run("-m", "immediate", "-w", "stop");
    return crash;
  }

  /**
   * Starts the server again, with the settings and the port it had; it takes connections when this
   * returns. Does nothing the second time.
   */
  @Override
  public void close() {
    if (!over) {
      over = true;
      // Unlike "start" this uses the options of the time before.
      run("-l", dataDirectory.resolve("restart.log").toString(), "-w", "restart");
    }
  }

  /** The server notes the command it was started with; its control program is beside it. */
  private static Path control(Path dataDirectory) {
    try {
      String command = Files.readString(dataDirectory.resolve("postmaster.opts"));
      return Path.of(command.substring(0, command.indexOf(" \""))).resolveSibling("pg_ctl");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(String... arguments) {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      // It refuses to run as root; in a namespace of its own it does not know that it is.
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(List.of(control.toString(), "-D", dataDirectory.toString()));
    command.addAll(List.of(arguments));
    try {
      // Not into a pipe, which the server would inherit and keep open.
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("This did not succeed: " + String.join(" ", command));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted during: " + String.join(" ", command), e);
    }
  }
}
