package dev.dbos.internal.engine;

import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.QueueRegistry;
import dev.dbos.internal.store.RegisteredQueue;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a dispatcher for each queue that this process serves: the internal one, and those registered
 * for its application or for none, or which of them it was told to listen to. One thread follows
 * what is registered; it looks every second, and when it is told of a queue it does not know.
 */
final class QueueWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueWorkers.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /** What is put into a queue that nobody registers must not keep the thread busy. */
  private static final Duration REST = Duration.ofMillis(20);

  private final Engine engine;
  private final Map<String, Dispatcher> dispatchers = new ConcurrentHashMap<>();
  private final Dispatcher internal;
  private final Object signal = new Object();
  private volatile @Nullable Set<String> listened;
  private boolean signalled;
  private boolean closed;
  private @Nullable Thread thread;

  QueueWorkers(Engine engine) {
    this.engine = engine;
    this.internal = new Dispatcher(engine, ControlStore.INTERNAL_QUEUE);
  }

  /** Serves only these queues, and the internal one. */
  void listenTo(Set<String> queueNames) {
    listened = Set.copyOf(queueNames);
  }

  /** Begins to take work out of queues. */
  void start() {
    internal.start();
    synchronized (signal) {
      if (!closed) {
        thread = new Thread(this::work, "dbos queues");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  /** Something waits in a queue, or a queue has changed. */
  void signal(String queueName) {
    if (queueName.equals(ControlStore.INTERNAL_QUEUE)) {
      internal.signal();
      return;
    }
    Dispatcher known = dispatchers.get(queueName);
    if (known != null) {
      known.signal();
    } else if (isListenedTo(queueName)) {
      signal();
    }
  }

  /** Something may wait in any queue that is registered. */
  void signalWorkers() {
    dispatchers.values().forEach(Dispatcher::signal);
  }

  /** Whether there are queues beside the internal one. */
  boolean isServing() {
    return !dispatchers.isEmpty();
  }

  private void signal() {
    synchronized (signal) {
      signalled = true;
      signal.notifyAll();
    }
  }

  private boolean isListenedTo(String queueName) {
    Set<String> only = listened;
    return only == null || only.contains(queueName);
  }

  private void work() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    int failures = 0;
    Duration pause = Duration.ZERO;
    while (pauseUnlessClosed(pause)) {
      try {
        follow();
        failures = 0;
        pause = BETWEEN_LOOKS;
      } catch (RuntimeException failure) {
        if (failures++ == 0) {
          LOG.warn("Cannot see which queues are registered; trying on", failure);
        }
        pause = outages.after(failures);
      }
    }
  }

  private void follow() {
    String application = engine.settings().applicationName();
    List<RegisteredQueue> registered =
        engine.systemDatabase().read(dsl -> QueueRegistry.list(dsl, application));
    Set<String> served = new HashSet<>();
    for (RegisteredQueue queue : registered) {
      String name = queue.queue().name();
      if (isListenedTo(name) && !name.equals(ControlStore.INTERNAL_QUEUE)) {
        served.add(name);
        serve(queue);
      }
    }
    dispatchers.forEach(
        (name, dispatcher) -> {
          if (!served.contains(name)) {
            LOG.info("Queue {} is not registered any more; what waits in it stays there", name);
            dispatchers.remove(name);
            dispatcher.stop();
          }
        });
  }

  private void serve(RegisteredQueue queue) {
    String name = queue.queue().name();
    Dispatcher known = dispatchers.get(name);
    if (known != null) {
      known.follow(queue);
      return;
    }
    Dispatcher fresh = new Dispatcher(engine, name);
    fresh.follow(queue);
    synchronized (signal) {
      if (closed) {
        return;
      }
      dispatchers.put(name, fresh);
      fresh.start();
    }
    engine.watcher().queuesServed();
  }

  private boolean pauseUnlessClosed(Duration pause) {
    long began = System.nanoTime();
    synchronized (signal) {
      try {
        while (!closed) {
          long passed = System.nanoTime() - began;
          Duration wanted = signalled && REST.compareTo(pause) < 0 ? REST : pause;
          long left = TimeUnit.NANOSECONDS.toMillis(wanted.toNanos() - passed);
          if (left <= 0) {
            signalled = false;
            return true;
          }
          signal.wait(left);
        }
        return false;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  /** Claims nothing more; returns when what was claimed has been handed over to its runs. */
  @Override
  public void close() {
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
    }
    List<Dispatcher> all = List.copyOf(dispatchers.values());
    internal.stop();
    all.forEach(Dispatcher::stop);
    internal.awaitStopped();
    all.forEach(Dispatcher::awaitStopped);
  }
}
