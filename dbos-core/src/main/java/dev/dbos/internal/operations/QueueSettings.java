package dev.dbos.internal.operations;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.QueueRegistry;
import dev.dbos.internal.store.RegisteredQueue;
import dev.dbos.internal.store.VersionStore;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.QueueConflict;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The queues of an application, and how they are changed while workers serve them. */
public final class QueueSettings {
  private final SystemAccess access;
  private final @Nullable String version;

  /**
   * Of the application of {@code access}.
   *
   * @param version the caller's version of it, or null for a client
   */
  public QueueSettings(SystemAccess access, @Nullable String version) {
    this.access = access;
    this.version = version;
  }

  /** Registers a queue as an application or a client does when it does not say how. */
  public boolean register(Queue queue) {
    return register(
        queue,
        version == null ? QueueConflict.ALWAYS_UPDATE : QueueConflict.UPDATE_IF_LATEST_VERSION);
  }

  /**
   * Registers a queue.
   *
   * @return whether its settings are now those of {@code queue} because of this call
   * @throws ConfigurationException when another application has registered the name
   * @throws IllegalArgumentException when the name is reserved, or a client asks for its version
   */
  public boolean register(Queue queue, QueueConflict policy) {
    refuseReserved(queue.name());
    if (policy == QueueConflict.UPDATE_IF_LATEST_VERSION && version == null) {
      throw new IllegalArgumentException(
          "A client has no application version, so it cannot register queue "
              + queue.name()
              + " with UPDATE_IF_LATEST_VERSION. Use ALWAYS_UPDATE or NEVER_UPDATE.");
    }
    boolean registered =
        RecordedWrite.call(
            access,
            "queues().register",
            "DBOS.registerQueue",
            Boolean.class,
            dsl -> register(dsl, queue, policy));
    access.enqueued(queue.name());
    return registered;
  }

  private boolean register(DSLContext dsl, Queue queue, QueueConflict policy) {
    long now = access.clock().millis();
    String application = access.applicationName();
    if (QueueRegistry.insert(dsl, queue, application, now)) {
      return true;
    }
    RegisteredQueue earlier = requireMine(dsl, queue.name());
    return switch (policy) {
      case NEVER_UPDATE -> false;
      case ALWAYS_UPDATE -> QueueRegistry.update(dsl, queue, application, now);
      case UPDATE_IF_LATEST_VERSION ->
          isLatest(dsl)
              && !queue.equals(earlier.queue())
              && QueueRegistry.update(dsl, queue, application, now);
    };
  }

  private boolean isLatest(DSLContext dsl) {
    String application = access.requireApplicationName("queues().register");
    return VersionStore.list(dsl, application).stream()
        .findFirst()
        .map(latest -> latest.name().equals(version))
        .orElse(true);
  }

  private static void refuseReserved(String name) {
    if (name.equals(ControlStore.INTERNAL_QUEUE)) {
      throw new IllegalArgumentException(
          name + " is a reserved queue name: resumed and forked workflows wait there.");
    }
  }

  private RegisteredQueue requireMine(DSLContext dsl, String name) {
    RegisteredQueue queue =
        QueueRegistry.lock(dsl, name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There is no queue "
                            + name
                            + ". Register it with queues().register(...), or on the builder."));
    String owner = queue.applicationName();
    if (owner != null
        && access.applicationName() != null
        && !owner.equals(access.applicationName())) {
      throw new ConfigurationException(
          "Queue "
              + name
              + " is already registered by application "
              + owner
              + " in this system database. Choose another name.",
          null);
    }
    return queue;
  }

  /** The queues of the application and of none, by name; of all for a client of all. */
  public List<Queue> list() {
    return access
        .systemDatabase()
        .read(dsl -> QueueRegistry.list(dsl, access.applicationName()))
        .stream()
        .map(RegisteredQueue::queue)
        .toList();
  }

  /** One queue, whoever's. */
  public Optional<Queue> find(String name) {
    return access
        .systemDatabase()
        .read(dsl -> QueueRegistry.find(dsl, name))
        .map(RegisteredQueue::queue);
  }

  /**
   * Changes a queue from what it is now.
   *
   * @throws IllegalArgumentException when there is none of this name, or it would get another
   * @throws ConfigurationException when it is another application's
   */
  public Queue change(String name, UnaryOperator<Queue> change) {
    RecordedWrite.call(
        access,
        "queues().change",
        "DBOS.changeQueue",
        Boolean.class,
        dsl -> {
          Queue changed = change.apply(requireMine(dsl, name).queue());
          if (!changed.name().equals(name)) {
            throw new IllegalArgumentException(
                "Queue " + name + " cannot become queue " + changed.name() + ".");
          }
          return QueueRegistry.update(
              dsl, changed, access.applicationName(), access.clock().millis());
        });
    access.enqueued(name);
    return find(name).orElseThrow(() -> gone(name));
  }

  private static IllegalArgumentException gone(String name) {
    return new IllegalArgumentException("Queue " + name + " was deleted while it was changed.");
  }

  /**
   * Deletes a queue.
   *
   * @return whether there was one
   * @throws ConfigurationException when it is another application's
   */
  public boolean delete(String name) {
    boolean deleted =
        RecordedWrite.call(
            access,
            "queues().delete",
            "DBOS.deleteQueue",
            Boolean.class,
            dsl -> {
              if (QueueRegistry.find(dsl, name).isEmpty()) {
                return false;
              }
              requireMine(dsl, name);
              return QueueRegistry.delete(dsl, name);
            });
    access.enqueued(name);
    return deleted;
  }
}
