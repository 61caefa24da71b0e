package dev.dbos.internal.engine;

import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.RunStopped.Reason;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.journal.FinishRow;
import dev.dbos.internal.operations.Outcome;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation.Scope;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes the body of a run and writes how it ended. */
final class RunExecution {
  private static final Logger LOG = LoggerFactory.getLogger(RunExecution.class);

  private final Engine engine;

  RunExecution(Engine engine) {
    this.engine = engine;
  }

  /** On a virtual thread, once one of the places of running workflows is free. */
  void onOwnThread(Run run, Payload input) {
    Thread.ofVirtual()
        .name("dbos workflow " + run.workflowId())
        .start(
            () -> {
              engine.permits().acquireUninterruptibly();
              inPlace(run, input);
            });
  }

  /** On a virtual thread, in a place of running workflows that was taken for it. */
  void onOwnThreadInPlace(Run run, Payload input) {
    Thread.ofVirtual().name("dbos workflow " + run.workflowId()).start(() -> inPlace(run, input));
  }

  private void inPlace(Run run, Payload input) {
    run.takePlace();
    try {
      here(run, input);
    } finally {
      if (run.leavePlace()) {
        engine.permits().release();
      }
    }
  }

  /** On this thread. Whatever happens is told through the run's outcome. */
  void here(Run run, Payload input) {
    Scope observation = run.observed().begin();
    try {
      end(run, input);
    } catch (RunStopped stopped) {
      leave(run, stopped.reason());
    } catch (DbosClosedException closed) {
      leave(run, Reason.CLOSING);
    } catch (Throwable broken) {
      // Not the workflow's own failure: out of memory, or its end could not be written. It stays
      // PENDING, and its caller learns why.
      LOG.error("The run of workflow {} broke off; it stays PENDING", run.workflowId(), broken);
      engine.release(run);
      run.observed().end(Ending.Outcome.STOPPED, broken);
      run.outcome().completeExceptionally(broken);
    } finally {
      observation.close();
      engine.release(run);
      engine.left(run);
    }
  }

  private void end(Run run, Payload input) {
    engine.deadlines().refuseExpired(run);
    Outcome outcome;
    try {
      outcome = new Outcome.Returned(body(run, input));
    } catch (Throwable failure) {
      RunStopped.unlessResult(failure, run);
      outcome = new Outcome.Threw(run.codec().errors().settle(failure));
    } finally {
      run.joinAsync();
    }
    // A body that swallowed the signal to stop has not ended; nor has one whose last deferred step
    // turned out to be somebody else's.
    run.checkRunning();
    finish(run, outcome);
  }

  private @Nullable Object body(Run run, Payload input) throws Exception {
    run.checkRunning();
    run.observed().attempted();
    Registration<?, ?> registration = engine.registration(run.workflowName());
    return Ambient.<@Nullable Object, Exception>call(
        new Ambient.InWorkflow(run),
        () -> StepCodec.asDeclared(registration.run(run.workflowId(), input)));
  }

  private void finish(Run run, Outcome outcome) {
    WorkflowState state = WorkflowState.SUCCESS;
    Payload payload;
    Outcome told = outcome;
    try {
      payload = run.codec().portableOutput(valueOf(outcome));
    } catch (Throwable failure) {
      // Also the output that cannot be stored: it is the workflow's error.
      state = WorkflowState.ERROR;
      payload = Payload.error(run.codec().errors().encode(failure), PortableJson.PORTABLE_JSON);
      told = new Outcome.Threw(failure);
    }
    engine.release(run);
    Checkpoint end =
        Checkpoint.of(
            new FinishRow(run.workflowId(), run.runToken(), state, payload, run.clock().millis()));
    engine.journal().write(end);
    if (end.finished()) {
      run.observed()
          .end(
              told instanceof Outcome.Threw ? Ending.Outcome.ERROR : Ending.Outcome.SUCCESS,
              told instanceof Outcome.Threw threw ? threw.failure() : null);
      run.outcome().complete(told);
      engine.ended(run);
    } else {
      leave(run, Reason.NOT_OWNER);
    }
  }

  private static @Nullable Object valueOf(Outcome outcome) throws Throwable {
    if (outcome instanceof Outcome.Threw threw) {
      throw threw.failure();
    }
    return ((Outcome.Returned) outcome).value();
  }

  /** The run does not decide how the workflow ends: whoever waits here gets what is recorded. */
  private void leave(Run run, Reason reason) {
    engine.release(run);
    run.observed().end(Ending.Outcome.STOPPED, null);
    switch (reason) {
      case CLOSING ->
          run.outcome()
              .completeExceptionally(
                  new DbosClosedException(
                      "Workflow "
                          + run.workflowId()
                          + " was left unfinished because this DBOS is closing or its thread was"
                          + " interrupted. It stays PENDING and goes on at the next launch."));
      case CANCELLED, NOT_OWNER -> {
        LOG.debug("The run of workflow {} stopped: {}", run.workflowId(), reason);
        engine.forward(run);
      }
    }
  }
}
