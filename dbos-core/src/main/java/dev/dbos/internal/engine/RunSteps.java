package dev.dbos.internal.engine;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.UnexpectedStepException;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StepEffect;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.journal.StepRow;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.text.StoredName;
import dev.dbos.serialization.Payload;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * The sequence of a run's steps: the next place, what earlier runs recorded, and the recording.
 *
 * <p>A step that is refused while the run still owns the workflow met the work of a predecessor,
 * which then counts.
 */
final class RunSteps {
  /** What is recorded at the next place of the sequence. */
  enum Marker {
    /** Nothing, nor at any later place. */
    NONE,
    /** What was asked for. */
    SAME,
    /** Something else, or only something later. */
    OTHER
  }

  private final Run run;
  private final Journal journal;
  private final String applicationName;
  private final Map<Integer, RecordedStep> recorded;
  private final AtomicInteger next = new AtomicInteger();
  private volatile boolean unwritten;

  /**
   * Those of a run.
   *
   * @param recorded what earlier runs did, by place
   */
  RunSteps(Run run, Engine engine, Map<Integer, RecordedStep> recorded) {
    this.run = run;
    this.journal = engine.journal();
    this.applicationName = engine.settings().applicationName();
    this.recorded = recorded;
  }

  /** Takes the next place. */
  int take() {
    run.awaitLease();
    run.checkRunning();
    return next.getAndIncrement();
  }

  /** What is recorded at the next place, without taking it. */
  Marker marker(String name) {
    run.checkRunning();
    StoredName.require("name of a patch", name);
    int stepId = next.get();
    RecordedStep step = recorded.get(stepId);
    if (step != null) {
      return step.name().equals(name) ? Marker.SAME : Marker.OTHER;
    }
    return recorded.keySet().stream().anyMatch(later -> later > stepId)
        ? Marker.OTHER
        : Marker.NONE;
  }

  /** What an earlier run recorded. */
  Optional<RecordedStep> recorded(int stepId, String name) {
    run.checkRunning();
    RecordedStep step = recorded.get(stepId);
    if (step == null) {
      StoredName.require("name of a step", name);
      return Optional.empty();
    }
    requireName(stepId, name, step);
    return Optional.of(step);
  }

  private void requireName(int stepId, String name, RecordedStep step) {
    if (!step.name().equals(name)) {
      throw UnexpectedStepException.at(run.workflowId(), stepId, name, step.name());
    }
  }

  /** Records a step, and returns what counts for it. */
  Payload record(StepRecord record) {
    Checkpoint checkpoint = Checkpoint.of(row(record));
    journal.write(checkpoint);
    unwritten = false;
    return settled(checkpoint, record);
  }

  /** Records a step in one transaction with what else it does to the system database. */
  Payload recordWith(int stepId, String name, Function<DSLContext, Payload> effects) {
    return recordStart(stepId, name, dsl -> new StepEffect(effects.apply(dsl), null)).payload();
  }

  /** Like {@link #recordWith}, for a step that may start a workflow. */
  RecordedStep recordStart(int stepId, String name, Function<DSLContext, StepEffect> effects) {
    flush();
    long startedAt = run.clock().millis();
    RecordedStep counts =
        run.patiently(
            database ->
                database.write(
                    dsl -> {
                      Optional<Standing> standing =
                          WorkflowStore.lockStanding(dsl, run.workflowId());
                      run.notice(standing.orElse(null));
                      run.checkRunning();
                      return StepStore.find(dsl, run.workflowId(), stepId)
                          .orElseGet(
                              () -> {
                                StepEffect effect = effects.apply(dsl);
                                StepRecord step =
                                    new StepRecord(
                                        stepId,
                                        name,
                                        effect.payload(),
                                        effect.childId(),
                                        startedAt,
                                        run.clock().millis());
                                return StepStore.insert(
                                    dsl, run.workflowId(), step, applicationName);
                              });
                    }));
    requireName(stepId, name, counts);
    return counts;
  }

  /** Records a step without waiting. */
  void recordLater(StepRecord record, Runnable whenDurable) {
    unwritten = true;
    Checkpoint[] self = new Checkpoint[1];
    self[0] =
        Checkpoint.later(
            row(record),
            () -> {
              run.notice(self[0].standing());
              if (self[0].stepInserted()) {
                whenDurable.run();
              }
            });
    journal.writeLater(self[0]);
  }

  /** Makes durable what was recorded without waiting. */
  void flush() {
    if (unwritten) {
      journal.flush();
      unwritten = false;
    }
  }

  StepRow row(StepRecord record) {
    return new StepRow(run.workflowId(), run.runToken(), applicationName, record);
  }

  /** What counts for a step after its checkpoint was written. */
  Payload settled(Checkpoint checkpoint, StepRecord record) {
    run.notice(checkpoint.standing());
    if (checkpoint.stepInserted()) {
      return record.payload();
    }
    run.checkRunning();
    RecordedStep earlier =
        run.readPatiently(dsl -> StepStore.find(dsl, run.workflowId(), record.stepId()))
            .orElseThrow(
                () ->
                    new DatabaseUnavailableException(
                        "Step "
                            + record.stepId()
                            + " of workflow "
                            + run.workflowId()
                            + " was neither written nor found in the system database.",
                        "system database",
                        null));
    requireName(record.stepId(), record.name(), earlier);
    return earlier.payload().equals(record.payload()) ? record.payload() : earlier.payload();
  }
}
