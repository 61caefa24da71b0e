package dev.dbos.internal.engine;

import dev.dbos.internal.store.Claim;
import dev.dbos.internal.store.ClaimedWorkflow;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what an earlier process with the same executor id and version left unfinished: claims
 * in batches, loads all steps of a batch with one query, and lets the runs go on.
 *
 * <p>A batch passes over rows that somebody is writing to, so that processes that launch together
 * share the work. But the last checkpoint of the process that died may still be on its way to its
 * commit; so at the end those rows are waited for, one by one.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int BATCH = 100;

  private final Engine engine;
  private final Claim claim;

  Recovery(Engine engine) {
    this.engine = engine;
    EngineSettings settings = engine.settings();
    this.claim =
        new Claim(
            settings.executorId(),
            settings.applicationVersion(),
            settings.applicationName(),
            engine.workflowNames(),
            UUID.randomUUID().toString(),
            settings.clock().millis(),
            BATCH);
  }

  void run() {
    warnOfUnregistered();
    int recovered = 0;
    List<ClaimedWorkflow> batch;
    do {
      batch = engine.systemDatabase().write(dsl -> WorkflowStore.claim(dsl, claim));
      recovered += resume(batch);
    } while (batch.size() == BATCH);
    do {
      batch = engine.systemDatabase().write(dsl -> WorkflowStore.claimBusy(dsl, claim));
      recovered += resume(batch);
    } while (!batch.isEmpty());
    if (recovered > 0) {
      LOG.info("Recovering {} workflows of executor {}", recovered, claim.executorId());
    }
  }

  private void warnOfUnregistered() {
    List<String> names =
        engine.systemDatabase().read(dsl -> WorkflowStore.unregisteredNames(dsl, claim));
    if (!names.isEmpty()) {
      LOG.warn(
          "Unfinished workflows named {} are left PENDING, because no such workflow is registered"
              + " here. Register them and launch again",
          names);
    }
  }

  private int resume(List<ClaimedWorkflow> batch) {
    List<ClaimedWorkflow> alive = new ArrayList<>();
    for (ClaimedWorkflow workflow : batch) {
      if (isExhausted(workflow)) {
        setAside(workflow);
      } else {
        alive.add(workflow);
      }
    }
    if (alive.isEmpty()) {
      return 0;
    }
    List<String> ids = alive.stream().map(ClaimedWorkflow::workflowId).toList();
    Map<String, Map<Integer, RecordedStep>> steps =
        engine.systemDatabase().read(dsl -> StepStore.load(dsl, ids));
    for (ClaimedWorkflow workflow : alive) {
      Run.Identity identity =
          new Run.Identity(
              workflow.workflowId(), workflow.name(), workflow.createdAtMillis(), claim.runToken());
      engine.resume(
          identity, workflow.inputs(), steps.getOrDefault(workflow.workflowId(), Map.of()));
    }
    return alive.size();
  }

  private boolean isExhausted(ClaimedWorkflow workflow) {
    int most = engine.registration(workflow.name()).definition().maxRecoveryAttempts();
    return workflow.attempts() > most + 1L;
  }

  private void setAside(ClaimedWorkflow workflow) {
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
                  dsl, workflow.workflowId(), claim.runToken(), claim.nowMillis());
              return workflow;
            });
  }
}
