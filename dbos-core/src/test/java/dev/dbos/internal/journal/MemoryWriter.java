package dev.dbos.internal.journal;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A writer for a model checker, which repeats each interleaving thousands of times and cannot look
 * into a database: it remembers what was committed, and refuses batches that hold a poisoned row.
 */
final class MemoryWriter implements BatchWriter {
  static final String POISON = "poison";

  private final Set<String> committed = ConcurrentHashMap.newKeySet();
  private volatile boolean writing;
  private volatile boolean overlapped;

  @Override
  public void write(List<Checkpoint> batch) throws SQLException {
    overlapped |= writing;
    writing = true;
    try {
      for (Checkpoint checkpoint : batch) {
        if (idOf(checkpoint).equals(POISON)) {
          throw new SQLException("a value of this row is not acceptable", "22021");
        }
      }
      for (Checkpoint checkpoint : batch) {
        checkpoint.startInserted(committed.add(idOf(checkpoint)));
      }
    } finally {
      writing = false;
    }
  }

  private static String idOf(Checkpoint checkpoint) {
    return checkpoint.start() == null
        ? Objects.requireNonNull(checkpoint.step()).workflowId()
        : Objects.requireNonNull(checkpoint.start()).workflowId();
  }

  boolean holds(String id) {
    return committed.contains(id);
  }

  /** Whether two threads ever wrote at once. */
  boolean overlapped() {
    return overlapped;
  }
}
