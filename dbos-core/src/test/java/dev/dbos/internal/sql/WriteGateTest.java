package dev.dbos.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class WriteGateTest {
  @TempDir Path directory;

  private final WriteGate gate = new WriteGate();

  @Test
  void aFileHasOneGate() {
    Path stock = directory.resolve("stock.sqlite");
    assertThat(WriteGate.of(stock)).isSameAs(WriteGate.of(directory.resolve("stock.sqlite")));
    assertThat(WriteGate.of(stock)).isNotSameAs(WriteGate.of(directory.resolve("audit.sqlite")));
  }

  @Test
  void whoWouldWaitForItselfIsTold() {
    gate.enter();
    assertThatThrownBy(gate::enter)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "This thread is inside a write transaction on the same SQLite file and would wait for"
                + " itself. Do this before or after the transaction.");
    gate.leave();
    gate.enter();
    gate.leave();
  }

  @Test
  void writersComeInOneByOneInTheOrderOfTheirArrival() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> writers = new ArrayList<>();
    gate.enter();
    for (int i = 0; i < 20; i++) {
      int number = i;
      Thread writer =
          (i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform())
              .start(
                  () -> {
                    gate.enter();
                    order.add(number);
                    gate.leave();
                  });
      while (writer.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      writers.add(writer);
    }
    assertThat(order).isEmpty();
    gate.leave();
    for (Thread writer : writers) {
      writer.join();
    }

    assertThat(order).isSorted().hasSize(20);
  }

  @Test
  void anInterruptedWriterStillGetsItsTurnAndKeepsItsFlag() throws Exception {
    List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
    gate.enter();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  gate.enter();
                  flags.add(Thread.currentThread().isInterrupted());
                  gate.leave();
                });
    while (writer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    writer.interrupt();
    gate.leave();
    writer.join();

    assertThat(flags).containsExactly(true);
  }
}
