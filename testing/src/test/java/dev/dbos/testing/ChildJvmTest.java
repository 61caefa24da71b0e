package dev.dbos.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Greets and then says after what it hears, until it hears the end. */
  static final class Parrot {
    public static void main(String[] arguments) throws IOException {
      System.out.println(
          System.getProperty("greeting", "Hello") + " " + String.join("+", arguments));
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = input.readLine();
      while (line != null && !line.equals("bye")) {
        System.out.println("heard " + line);
        System.err.println("noted " + line);
        line = input.readLine();
      }
      System.exit(line == null ? 1 : 42);
    }
  }

  @Test
  void passesArgumentsPropertiesAndLines() throws Exception {
    try (ChildJvm parrot =
        ChildJvm.builder(Parrot.class)
            .property("greeting", "Good morning")
            .arguments("tea", "two coffees")
            .start()) {
      assertThat(parrot.awaitLine(line -> line.startsWith("Good"), PATIENCE))
          .isEqualTo("Good morning tea+two coffees");
      parrot.send("grüße");
      parrot.send("bye");
      assertThat(parrot.awaitLine(line -> line.startsWith("heard"), PATIENCE))
          .isEqualTo("heard grüße");
      assertThat(parrot.awaitExit(PATIENCE)).isEqualTo(42);
      assertThat(parrot.lines()).hasSize(2);
    }
  }

  @Test
  void aFrozenChildGoesOnWhenItIsThawed() throws Exception {
    try (ChildJvm parrot = ChildJvm.builder(Parrot.class).start()) {
      parrot.awaitLine(line -> line.startsWith("Hello"), PATIENCE);
      parrot.freeze();
      parrot.send("tea");
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> parrot.awaitLine("heard tea"::equals, Duration.ofMillis(300)));
      parrot.thaw();
      parrot.awaitLine("heard tea"::equals, PATIENCE);
    }
  }

  @Test
  void aKilledChildIsGoneAtOnce() throws Exception {
    try (ChildJvm parrot = ChildJvm.builder(Parrot.class).start()) {
      parrot.awaitLine(line -> line.startsWith("Hello"), PATIENCE);
      parrot.kill();
      assertThat(parrot.isAlive()).isFalse();
      assertThat(parrot.awaitExit(PATIENCE)).isNotIn(0, 1, 42);
    }
  }

  @Test
  void closingKillsWhatStillRuns() throws Exception {
    ChildJvm parrot = ChildJvm.builder(Parrot.class).start();
    parrot.awaitLine(line -> line.startsWith("Hello"), PATIENCE);
    Optional<ProcessHandle> process = ProcessHandle.of(parrot.pid());
    parrot.close();
    assertThat(process).hasValueSatisfying(handle -> assertThat(handle.isAlive()).isFalse());
  }

  @Test
  void aLineThatDoesNotComeIsReportedWithWhatCameInstead() throws Exception {
    try (ChildJvm parrot = ChildJvm.builder(Parrot.class).start()) {
      parrot.send("order");
      parrot.awaitLine(line -> line.equals("heard order"), PATIENCE);
      parrot.send("bye");
      assertThat(parrot.awaitExit(PATIENCE)).isEqualTo(42);
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> parrot.awaitLine(line -> line.equals("delivered"), PATIENCE))
          .withMessageContaining("Parrot did not print the awaited line")
          .withMessageContaining("it ended with 42")
          .withMessageContaining("heard order")
          .withMessageContaining("noted order");
    }
  }
}
