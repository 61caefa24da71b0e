package dev.dbos.internal.engine;

import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.store.Claim;
import dev.dbos.internal.store.ClaimedWorkflow;
import dev.dbos.internal.store.WorkflowStore;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what an earlier process with the same executor id and version left unfinished, what
 * came out of the internal queue included: claims in batches, and lets the runs go on.
 *
 * <p>A batch passes over rows that somebody is writing to, so that processes that launch together
 * share the work. But the last checkpoint of the process that died may still be on its way to its
 * commit; so at the end those rows are waited for, one by one.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int BATCH = 100;

  /** A batch is twice the one before: the first runs begin soon, many do not take many claims. */
  private static final int LARGEST_BATCH = 4 * BATCH;

  private final Engine engine;
  private final Claim claim;

  Recovery(Engine engine) {
    this.engine = engine;
    this.claim = claim(engine, UUID.randomUUID().toString(), BATCH);
  }

  /** A claim of this executor, made now. */
  static Claim claim(Engine engine, String runToken, int limit) {
    EngineSettings settings = engine.settings();
    return new Claim(
        settings.executorId(),
        settings.applicationVersion(),
        settings.applicationName(),
        engine.workflowNames(),
        runToken,
        settings.clock().millis(),
        limit);
  }

  void run() {
    List<String> own = List.of(claim.executorId());
    warnOfUnregistered(
        engine.systemDatabase().read(dsl -> WorkflowStore.unregisteredNames(dsl, claim, own)));
    int recovered = 0;
    List<ClaimedWorkflow> batch;
    int limit = BATCH / 2;
    do {
      limit = Math.min(LARGEST_BATCH, 2 * limit);
      Claim next = claim.upTo(limit);
      batch = engine.systemDatabase().write(dsl -> WorkflowStore.claim(dsl, next, own));
      recovered += resume(batch);
    } while (batch.size() == limit);
    do {
      batch = engine.systemDatabase().write(dsl -> WorkflowStore.claimBusy(dsl, claim));
      recovered += resume(batch);
    } while (!batch.isEmpty());
    requeue(own);
    if (recovered > 0) {
      LOG.info("Recovering {} workflows of executor {}", recovered, claim.executorId());
    }
  }

  static void warnOfUnregistered(List<String> names) {
    if (!names.isEmpty()) {
      LOG.warn(
          "Unfinished workflows named {} are left PENDING, because no such workflow is registered"
              + " here. Register them and launch again",
          names);
    }
  }

  private void requeue(List<String> own) {
    List<String> queues;
    do {
      queues = engine.systemDatabase().write(dsl -> WorkflowStore.requeue(dsl, claim, own));
      engine.requeued(queues);
    } while (queues.size() == BATCH);
  }

  private int resume(List<ClaimedWorkflow> batch) {
    List<ReadyRun> ready = new Takeover(engine).runs(batch, claim.runToken());
    ready.forEach(engine::continueOnOwnThread);
    return ready.size();
  }
}
