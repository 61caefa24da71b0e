package dev.dbos.internal.engine;

import dev.dbos.internal.context.RunStopped.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends an engine: drain for a bounded time, detach the rest, keep every checkpoint. */
final class EngineClose {
  private static final Logger LOG = LoggerFactory.getLogger(EngineClose.class);

  /** How long a run that was told to stop may take to reach its next operation. */
  private static final Duration DETACH = Duration.ofSeconds(2);

  private final Engine engine;
  private final Set<Run> executing;
  private final Set<Run> idle;

  EngineClose(Engine engine, Set<Run> executing, Set<Run> idle) {
    this.engine = engine;
    this.executing = executing;
    this.idle = idle;
  }

  /** With the engine draining already. */
  void run() {
    // A run that begins to wait from here on sees that the engine is draining.
    idle.forEach(run -> run.stop(Reason.CLOSING));
    if (!await(engine.settings().closeTimeout().toMillis())) {
      LOG.info(
          "Closing with {} workflows unfinished; they stay PENDING and go on at the next launch",
          executing.size());
      executing.forEach(run -> run.stop(Reason.CLOSING));
      engine.journal().abandonAfter(DETACH);
      await(DETACH.toMillis());
    }
    engine.watcher().close();
    engine.journal().abandonAfter(DETACH);
    engine.journal().close();
  }

  private boolean await(long millis) {
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            executing.stream()
                .map(run -> run.left().exceptionally(failure -> null))
                .toArray(CompletableFuture<?>[]::new));
    try {
      all.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException unexpected) {
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
