package dev.dbos;

import dev.dbos.internal.operations.QueueSettings;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.QueueConflict;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The queues of an application: registered in the system database, from where every process that
 * serves them follows what is changed, while they run. Thread-safe.
 *
 * <p>Called by a workflow each change is a step; inside a transaction it is refused.
 */
public final class Queues {
  private final QueueSettings settings;

  Queues(QueueSettings settings) {
    this.settings = settings;
  }

  /**
   * Registers a queue, or changes it when it is registered otherwise: in an application if this is
   * its latest version, in a client always.
   *
   * @return whether it is registered or changed because of this call
   * @throws dev.dbos.error.ConfigurationException when another application has registered the name
   * @throws IllegalArgumentException when the name is reserved
   */
  public boolean register(Queue queue) {
    return settings.register(queue);
  }

  /**
   * Registers a queue.
   *
   * @param policy what happens when it is registered otherwise
   * @return whether it is registered or changed because of this call
   * @throws dev.dbos.error.ConfigurationException when another application has registered the name
   * @throws IllegalArgumentException when the name is reserved, or a client asks for {@link
   *     QueueConflict#UPDATE_IF_LATEST_VERSION}
   */
  public boolean register(Queue queue, QueueConflict policy) {
    return settings.register(queue, policy);
  }

  /**
   * The queues of the application and those that are nobody's, by name; for a client without an
   * application all.
   */
  public List<Queue> list() {
    return settings.list();
  }

  /** The queue of this name, or empty when it is not registered. */
  public Optional<Queue> get(String name) {
    return settings.find(name);
  }

  /**
   * Changes a queue from what it is now; what runs goes on. Once it returns, no process takes more
   * than the new limits allow.
   *
   * <pre>{@code
   * dbos.queues().change("emails", queue -> queue.withConcurrency(20));
   * }</pre>
   *
   * @param change makes the new settings of the present ones, perhaps several times
   * @return the queue as it is then
   * @throws IllegalArgumentException when there is none of this name, or it would get another
   * @throws dev.dbos.error.ConfigurationException when it is another application's
   */
  public Queue change(String name, UnaryOperator<Queue> change) {
    return settings.change(name, change);
  }

  /**
   * Deletes a queue. What runs goes on; what waits there stays, and goes on when a queue of the
   * name is registered again.
   *
   * @return whether there was one
   * @throws dev.dbos.error.ConfigurationException when it is another application's
   */
  public boolean delete(String name) {
    return settings.delete(name);
  }
}
