package dev.dbos.internal.watch;

import dev.dbos.internal.context.Standing;
import org.jspecify.annotations.Nullable;

/** A run of this process, which has to learn when its workflow is taken from it or cancelled. */
public interface WatchedRun {
  /** The workflow it runs. */
  String workflowId();

  /** Tells how the workflow's row stood after the run began; null when it has none. */
  void noticed(@Nullable Standing standing);
}
