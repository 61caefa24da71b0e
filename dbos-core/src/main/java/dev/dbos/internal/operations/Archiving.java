package dev.dbos.internal.operations;

import dev.dbos.error.WorkflowConflictException;
import dev.dbos.internal.operations.ArchiveDocument.Entry;
import dev.dbos.internal.store.ArchiveStore;
import dev.dbos.internal.store.ArchiveTable;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.workflow.Reach;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.DSLContext;

/** Takes workflows out of a system database as text, and puts them into one. */
public final class Archiving {
  private final SystemAccess access;

  /** The workflows of {@code access}. */
  public Archiving(SystemAccess access) {
    this.access = access;
  }

  /**
   * Workflows with everything that is stored of them, as they are at one moment.
   *
   * @throws dev.dbos.error.UnknownWorkflowException naming all that do not exist
   */
  public String export(Collection<String> workflowIds, Reach reach) {
    return Recorded.call(
        "Archives.export",
        "DBOS.exportWorkflows",
        String.class,
        () -> {
          access.runs().makeDurable();
          access.systemDatabase().payloadsHaveMoved();
          return access
              .systemDatabase()
              .snapshot(dsl -> document(dsl, workflowIds, reach))
              .text(access.clock().instant());
        });
  }

  private static ArchiveDocument document(
      DSLContext dsl, Collection<String> workflowIds, Reach reach) {
    Steering.requireKnown(dsl, workflowIds);
    Set<String> ids =
        reach == Reach.ONLY_THESE
            ? new LinkedHashSet<>(workflowIds)
            : ControlStore.withChildren(dsl, workflowIds);
    Map<String, Map<String, Object>> rows = new HashMap<>();
    ArchiveTable.WORKFLOWS
        .rowsOf(dsl, ids)
        .forEach(row -> rows.put(ArchiveTable.WORKFLOWS.keyOf(row), row));
    List<Map<String, List<Map<String, Object>>>> parts = new ArrayList<>();
    for (ArchiveTable table : ArchiveTable.OF_A_WORKFLOW) {
      Map<String, List<Map<String, Object>>> ofWorkflow = new HashMap<>();
      table
          .rowsOf(dsl, ids)
          .forEach(
              row ->
                  ofWorkflow.computeIfAbsent(table.keyOf(row), id -> new ArrayList<>()).add(row));
      parts.add(ofWorkflow);
    }
    return new ArchiveDocument(
        ids.stream()
            .map(
                id ->
                    new Entry(
                        Objects.requireNonNull(rows.get(id)),
                        parts.stream().map(part -> part.getOrDefault(id, List.of())).toList()))
            .toList());
  }

  /**
   * Puts all workflows of a text into the system database, or none.
   *
   * @return their ids
   * @throws dev.dbos.error.SerializationException when the text is no such thing
   * @throws WorkflowConflictException when something of them is there already
   */
  public List<String> importAll(String text) {
    ArchiveDocument document = ArchiveDocument.parse(text);
    List<String> ids = document.workflows().stream().map(Entry::workflowId).toList();
    refuseTwins(ids);
    access.systemDatabase().payloadsHaveMoved();
    RecordedWrite.call(
        access,
        "Archives.importAll",
        "DBOS.importWorkflows",
        Integer.class,
        dsl -> {
          refuseExisting(dsl, document, ids);
          return insert(dsl, document);
        });
    Set<String> queues = new HashSet<>();
    for (Entry workflow : document.workflows()) {
      Map<String, Object> row = ArchiveStore.arriving(workflow.row());
      if (ArchiveStore.isUnfinished(row)) {
        queues.add(ArchiveStore.queueOf(row));
      }
    }
    queues.forEach(access::enqueued);
    access.changed(ids);
    return ids;
  }

  private static void refuseTwins(List<String> ids) {
    Set<String> seen = new HashSet<>();
    for (String id : ids) {
      if (!seen.add(id)) {
        throw new WorkflowConflictException(
            "Workflow " + id + " is in the text twice. Nothing has been imported.", id);
      }
    }
  }

  private static void refuseExisting(DSLContext dsl, ArchiveDocument document, List<String> ids) {
    Set<String> there = ArchiveStore.incarnations(dsl, ids).keySet();
    if (!there.isEmpty()) {
      String first = ids.stream().filter(there::contains).findFirst().orElseThrow();
      throw new WorkflowConflictException(
          "There "
              + (there.size() == 1 ? "is a workflow with the id " : "are workflows with the ids ")
              + String.join(", ", ids.stream().filter(there::contains).limit(10).toList())
              + (there.size() > 10 ? ", …" : "")
              + " already, and nothing has been imported. Delete what is there, or import the"
              + " others alone.",
          first);
    }
    for (Entry workflow : document.workflows()) {
      ArchiveStore.deduplicatedBy(dsl, ArchiveStore.arriving(workflow.row()))
          .ifPresent(
              other -> {
                throw new WorkflowConflictException(
                    "Workflow "
                        + workflow.workflowId()
                        + " has a deduplication id that workflow "
                        + other
                        + " holds in the same queue, and nothing has been imported. Cancel the"
                        + " other, or wait for its end.",
                    workflow.workflowId());
              });
      refuseExistingMessages(dsl, workflow);
    }
  }

  private static void refuseExistingMessages(DSLContext dsl, Entry workflow) {
    List<String> messages =
        workflow.parts().getLast().stream().map(ArchiveStore::messageId).toList();
    Set<String> there = ArchiveStore.messages(dsl, messages);
    if (!there.isEmpty()) {
      throw new WorkflowConflictException(
          "Messages of workflow "
              + workflow.workflowId()
              + " are there already, for another one: "
              + String.join(", ", there)
              + ". Nothing has been imported.",
          workflow.workflowId());
    }
  }

  private static int insert(DSLContext dsl, ArchiveDocument document) {
    List<Map<String, Object>> rows =
        document.workflows().stream()
            .map(workflow -> ArchiveStore.arriving(workflow.row()))
            .toList();
    ArchiveStore.insertWorkflows(dsl, rows);
    for (int part = 0; part < ArchiveTable.OF_A_WORKFLOW.size(); part++) {
      ArchiveTable.Inserter inserter = ArchiveTable.OF_A_WORKFLOW.get(part).new Inserter(dsl);
      for (Entry workflow : document.workflows()) {
        workflow.parts().get(part).forEach(inserter::add);
      }
      inserter.finish();
    }
    return rows.size();
  }
}
