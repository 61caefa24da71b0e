package dev.dbos.admin;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.internal.store.ArchiveStore;
import dev.dbos.internal.store.ArchiveTable;
import dev.dbos.internal.store.MoveStore;
import dev.dbos.internal.store.MoveStore.Named;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jooq.DSLContext;

/** Copies all rows of one system database into another, both in a transaction that writes. */
final class DatabaseCopy {
  private static final int IDS_AT_ONCE = 1_000;

  private final DSLContext source;
  private final DSLContext target;
  private final Map<String, Long> rows = new LinkedHashMap<>();
  private long unfinished;

  DatabaseCopy(DSLContext source, DSLContext target) {
    this.source = source;
    this.target = target;
  }

  /** What was copied: rows of each table, and how many of the workflows had not ended. */
  record Outcome(Map<String, Long> rows, long unfinished, boolean wasThere) {}

  /**
   * Copies everything, or finds that all of it was copied before.
   *
   * @throws WorkflowConflictException when the target has workflows with the same ids
   * @throws ConfigurationException when queues, schedules or versions belong to another application
   *     there
   */
  Outcome run() {
    if (isThere()) {
      return new Outcome(Map.of(), 0, true);
    }
    copyWorkflows();
    for (ArchiveTable table : ArchiveTable.OF_A_WORKFLOW) {
      ArchiveTable.Inserter inserter = table.new Inserter(target);
      table.readAll(source, inserter::add);
      counted(table, inserter.finish(), table.count(source));
    }
    for (Named named : MoveStore.CONFIGURATION) {
      copyUnlessThere(named);
    }
    copyOwnOfSchedules();
    copyOutboxes();
    return new Outcome(rows, unfinished, false);
  }

  /** Whether each of the workflows is there with its incarnation; there is at least one. */
  private boolean isThere() {
    Census census = new Census();
    ArchiveTable.readKeys(source, census::add);
    census.look();
    if (census.same == 0 && census.taken.isEmpty()) {
      return false;
    }
    if (census.same < census.all) {
      throw new WorkflowConflictException(
          "The database to move to has workflows with the ids of "
              + (census.same + census.taken.size())
              + " of the "
              + census.all
              + " that are to be moved, among them "
              + census.example
              + ". Nothing has been moved. Delete them there, or move to another database or"
              + " schema.",
          census.example);
    }
    return true;
  }

  /** Compares the workflows of both, some at a time. */
  private final class Census {
    private final Map<String, Long> waiting = new LinkedHashMap<>();
    private final List<String> taken = new ArrayList<>();
    private long all;
    private long same;
    private String example = "";

    void add(String workflowId, long incarnation) {
      waiting.put(workflowId, incarnation);
      all++;
      if (waiting.size() == IDS_AT_ONCE) {
        look();
      }
    }

    void look() {
      ArchiveStore.incarnations(target, waiting.keySet())
          .forEach(
              (id, incarnation) -> {
                example = id;
                if (incarnation.equals(waiting.get(id))) {
                  same++;
                } else {
                  taken.add(id);
                }
              });
      waiting.clear();
    }
  }

  private void copyWorkflows() {
    ArchiveTable.Inserter inserter = ArchiveTable.WORKFLOWS.new Inserter(target);
    ArchiveTable.WORKFLOWS.readAll(
        source,
        row -> {
          if (ArchiveStore.isUnfinished(row)) {
            unfinished++;
          }
          inserter.add(ArchiveStore.arriving(row));
        });
    counted(ArchiveTable.WORKFLOWS, inserter.finish(), ArchiveTable.WORKFLOWS.count(source));
  }

  private void counted(ArchiveTable table, long inserted, long expected) {
    if (inserted != expected) {
      throw new IllegalStateException(
          "Of "
              + expected
              + " rows of "
              + table.name()
              + " "
              + inserted
              + " arrived. Nothing has been moved.");
    }
    rows.put(table.name(), inserted);
  }

  /** What the application has made there already stays as it is there. */
  private void copyUnlessThere(Named named) {
    ArchiveTable table = named.table();
    Map<String, String> there = MoveStore.owners(target, named);
    List<Map<String, Object>> missing = new ArrayList<>();
    for (Map<String, Object> row : MoveStore.rows(source, named)) {
      String name = table.keyOf(row);
      String owner = there.get(name);
      if (owner == null) {
        missing.add(row);
      } else {
        requireSameOwner(named, name, row, owner);
      }
    }
    counted(table, table.insert(target, missing), missing.size());
  }

  /** Of those schedules that have just been copied. */
  private void copyOwnOfSchedules() {
    copyOwn(MoveStore.OWN_OF_SCHEDULES, MoveStore.schedulesWithoutOwn(target)::contains);
  }

  /** Without what the other database has taken out of them itself. */
  private void copyOutboxes() {
    Set<String> there = MoveStore.outboxes(target);
    copyOwn(MoveStore.OUTBOXES, outbox -> !there.contains(outbox));
  }

  private void copyOwn(ArchiveTable table, Predicate<String> which) {
    List<Map<String, Object>> rows = new ArrayList<>();
    table.readAll(
        source,
        row -> {
          if (which.test(table.keyOf(row))) {
            rows.add(row);
          }
        });
    counted(table, table.insert(target, rows), rows.size());
  }

  private static void requireSameOwner(
      Named named, String name, Map<String, Object> row, String owner) {
    Object mine = row.get(named.owner().getName());
    if (mine != null && !owner.isEmpty() && !owner.equals(mine)) {
      throw new ConfigurationException(
          "The database to move to has "
              + name
              + " in "
              + named.table().name()
              + " already, and there it belongs to application "
              + owner
              + " and not to "
              + mine
              + ". Nothing has been moved. Move to another database or schema.",
          null);
    }
  }
}
