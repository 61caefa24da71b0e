package dev.dbos.internal.engine;

import dev.dbos.internal.context.Ambient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import org.jspecify.annotations.Nullable;

/** What a run does beside its body, each on a virtual thread of its own. */
final class AsyncOperations {
  private final String workflowId;
  private final Phaser running = new Phaser(1);

  AsyncOperations(String workflowId) {
    this.workflowId = workflowId;
  }

  /** Starts one, inside of what the caller is inside of. */
  <R extends @Nullable Object> CompletableFuture<R> start(Ambient.Body<R, Exception> body) {
    Ambient ambient = Ambient.current();
    CompletableFuture<R> future = new CompletableFuture<>();
    running.register();
    Thread.ofVirtual()
        .name("dbos workflow " + workflowId)
        .start(
            () -> {
              try {
                future.complete(Ambient.call(ambient, body));
              } catch (Throwable failure) {
                future.completeExceptionally(failure);
              } finally {
                running.arriveAndDeregister();
              }
            });
    return future;
  }

  /** Waits until all that were started have ended. */
  void join() {
    running.arriveAndAwaitAdvance();
  }
}
