package dev.dbos.internal.engine;

import dev.dbos.internal.store.ClaimedWorkflow;
import dev.dbos.internal.store.QueueStore;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets workflows go on that this process has claimed: sets those aside that were claimed too often,
 * and loads the steps of the others with one query.
 */
final class Takeover {
  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

  private final Engine engine;

  Takeover(Engine engine) {
    this.engine = engine;
  }

  /** Runs that are ready to be executed, each with the input it is executed on. */
  record ReadyRun(Run run, ClaimedWorkflow workflow) {}

  /**
   * The runs of claimed workflows. Writing the same twice changes nothing, so this may be repeated
   * when the system database fails meanwhile.
   */
  List<ReadyRun> runs(List<ClaimedWorkflow> claimed, String runToken) {
    List<ClaimedWorkflow> alive = new ArrayList<>();
    for (ClaimedWorkflow workflow : withInputs(claimed, runToken)) {
      if (isExhausted(workflow)) {
        setAside(workflow, runToken);
      } else {
        alive.add(workflow);
      }
    }
    if (alive.isEmpty()) {
      return List.of();
    }
    Map<String, Map<Integer, RecordedStep>> steps = steps(alive);
    return alive.stream()
        .map(
            workflow ->
                new ReadyRun(
                    engine.resumed(
                        new Run.Identity(
                            workflow.workflowId(),
                            workflow.name(),
                            workflow.createdAtMillis(),
                            runToken,
                            workflow.inheritance()),
                        steps.getOrDefault(workflow.workflowId(), Map.of())),
                    workflow))
        .toList();
  }

  private Map<String, Map<Integer, RecordedStep>> steps(List<ClaimedWorkflow> workflows) {
    List<String> ids =
        workflows.stream()
            .filter(ClaimedWorkflow::hasSteps)
            .map(ClaimedWorkflow::workflowId)
            .toList();
    return ids.isEmpty() ? Map.of() : engine.systemDatabase().read(dsl -> StepStore.load(dsl, ids));
  }

  /** Inputs that are missing may be where another implementation has put them meanwhile. */
  private List<ClaimedWorkflow> withInputs(List<ClaimedWorkflow> claimed, String runToken) {
    boolean complete = claimed.stream().allMatch(workflow -> workflow.input().text().isPresent());
    if (complete || !engine.systemDatabase().payloadsHaveMoved()) {
      return claimed;
    }
    // The token may be that of earlier batches, too.
    Set<String> ids = claimed.stream().map(ClaimedWorkflow::workflowId).collect(Collectors.toSet());
    return engine.systemDatabase().read(dsl -> QueueStore.claimed(dsl, runToken)).stream()
        .filter(workflow -> ids.contains(workflow.workflowId()))
        .toList();
  }

  private boolean isExhausted(ClaimedWorkflow workflow) {
    int most = engine.registration(workflow.name()).definition().maxRecoveryAttempts();
    return workflow.attempts() > most + 1L;
  }

  private void setAside(ClaimedWorkflow workflow, String runToken) {
    LOG.warn(
        "Workflow {} ({}) is set aside after {} attempts that did not end",
        workflow.workflowId(),
        workflow.name(),
        workflow.attempts());
    engine
        .systemDatabase()
        .write(
            dsl -> {
              WorkflowStore.setAside(
                  dsl, workflow.workflowId(), runToken, engine.settings().clock().millis());
              return workflow;
            });
  }
}
