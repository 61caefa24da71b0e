package dev.dbos.internal.operations;

import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.store.SystemDatabase;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A system database as operations use it.
 *
 * @param systemDatabase where workflows are stored
 * @param applicationName whose workflows are listed, or null for those of all
 * @param codec how steps and errors were written
 * @param clock what time it is
 * @param outcomes how to wait for the end of a workflow
 */
public record SystemAccess(
    SystemDatabase systemDatabase,
    @Nullable String applicationName,
    StepCodec codec,
    InstantSource clock,
    Outcomes outcomes) {

  /** Tells how workflows end. */
  @FunctionalInterface
  public interface Outcomes {
    /** Completes when the workflow has ended, or exceptionally when nobody looks any more. */
    CompletableFuture<Outcome> await(String workflowId);
  }
}
