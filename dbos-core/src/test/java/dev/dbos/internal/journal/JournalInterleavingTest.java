package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.JournalFixture.reserve;
import static dev.dbos.internal.journal.JournalFixture.start;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * The journal's threads in every order that a model checker comes to: it decides at each read and
 * write of shared memory, each lock and each park who goes on, and notices when nobody can. {@code
 * -Ddbos.test.interleavings=…} has it look at more than those few.
 */
class JournalInterleavingTest {
  private static final int INTERLEAVINGS = Integer.getInteger("dbos.test.interleavings", 100);

  /** A journal and what its users were told. */
  private static final class Scene {
    final MemoryWriter writer = new MemoryWriter();
    final Journal journal = new Journal("system database", writer);

    /** What became of a write, once its call returned. */
    String write(String id) {
      try {
        journal.write(start(id));
        require(writer.holds(id), id + " was acknowledged and is not there");
        return "durable";
      } catch (DbosClosedException closed) {
        require(!writer.holds(id), id + " was refused as closed and is there");
        return "closed";
      } catch (DatabaseUnavailableException refused) {
        require(id.equals(MemoryWriter.POISON), id + " was refused for another");
        return "refused";
      }
    }

    boolean later(String id, Runnable whenWritten) {
      try {
        journal.writeLater(Checkpoint.later(reserve(id, 0), whenWritten));
        return true;
      } catch (DbosClosedException closed) {
        return false;
      }
    }

    void end() {
      journal.close();
      require(journal.backlog() == 0, "something was left behind");
      require(!writer.overlapped(), "two threads led at once");
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  private static void together(Runnable... parts) {
    List<Thread> threads = new ArrayList<>();
    for (Runnable part : parts) {
      Thread thread = new Thread(part);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void whoeverWritesIsToldTheTruthAndOneLeadsAtATime() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          Scene scene = new Scene();
          together(
              () -> require(scene.write("order-1").equals("durable"), "refused"),
              () -> require(scene.write("order-2").equals("durable"), "refused"),
              () -> require(scene.write("order-3").equals("durable"), "refused"));
          scene.end();
        });
  }

  @Test
  void aPoisonedRowFailsAloneWhateverItShares() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          Scene scene = new Scene();
          together(
              () -> require(scene.write("order-1").equals("durable"), "refused"),
              () -> require(scene.write(MemoryWriter.POISON).equals("refused"), "taken"),
              () -> require(scene.write("order-2").equals("durable"), "refused"));
          require(!scene.writer.holds(MemoryWriter.POISON), "the poison was taken");
          scene.end();
        });
  }

  @Test
  void aCloseBetweenWritersLosesNothingThatWasAcknowledged() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          Scene scene = new Scene();
          together(
              () -> scene.write("order-1"), () -> scene.write("order-2"), scene.journal::close);
          scene.end();
        });
  }

  /** The flusher is a thread of the journal's own; who hands in must not depend on it. */
  @Test
  void whatNobodyWaitsForIsWrittenBeforeWhatIsHandedInAfterIt() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          Scene scene = new Scene();
          AtomicInteger durable = new AtomicInteger();
          together(
              () -> {
                boolean taken = scene.later("order-1", durable::incrementAndGet);
                if (scene.write("order-2").equals("durable")) {
                  require(taken && durable.get() == 1, "the deferred one was passed over");
                }
              },
              () -> scene.write("order-3"));
          scene.end();
          require(durable.get() == 1, "the deferred one was told " + durable.get() + " times");
        });
  }
}
