package dev.dbos.internal.operations;

import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.store.SystemDatabase;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/**
 * A system database as operations use it.
 *
 * @param systemDatabase where workflows are stored
 * @param applicationName whose workflows are listed
 * @param codec how steps and errors were written
 * @param clock what time it is
 * @param outcomes how to wait for the end of a workflow
 * @param local what of this process has to know of changes
 */
public record SystemAccess(
    SystemDatabase systemDatabase,
    String applicationName,
    StepCodec codec,
    InstantSource clock,
    Outcomes outcomes,
    LocalRuns local) {

  /** Tells how workflows end. */
  @FunctionalInterface
  public interface Outcomes {
    /** Completes when the workflow has ended, or exceptionally when nobody looks any more. */
    CompletableFuture<Outcome> await(String workflowId);
  }
}
