package dev.dbos.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.stream.Stream;

/** Signals that Java cannot send by itself. */
final class Signals {
  private Signals() {}

  /**
   * Whether every thread of a process has stopped; a signal only sets out to do it. The state is
   * the letter behind the name in /proc/PID/task/TID/stat (proc_pid_stat(5)); where there is no
   * such file, nobody can tell, and the answer is yes.
   */
  static boolean isStopped(long pid) {
    File[] threads = new File("/proc/" + pid + "/task").listFiles();
    return threads == null || Stream.of(threads).allMatch(Signals::stands);
  }

  private static boolean stands(File thread) {
    try {
      String state = Files.readString(thread.toPath().resolve("stat"));
      return "TtZX".indexOf(state.charAt(state.lastIndexOf(')') + 2)) >= 0;
    } catch (IOException ended) {
      return true;
    }
  }

  /** Returns when the signal was sent, or when the process is gone. */
  static void send(long pid, String signal) {
    try {
      // The shell's own command: not every machine has a program of that name.
      new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("Could not send " + signal + " to process " + pid, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
