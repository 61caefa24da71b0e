package dev.dbos.internal.context;

import dev.dbos.observe.DbosListener;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Occurrence;
import dev.dbos.observe.Operation;
import dev.dbos.observe.Vitals;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a runtime, kept from doing harm to it. */
public final class Observers {
  private static final Logger LOG = LoggerFactory.getLogger(Observers.class);

  /** Nobody listens. */
  public static final Observers NONE = new Observers(List.of());

  private final List<DbosListener> listeners;
  private final Set<Class<?>> failed = ConcurrentHashMap.newKeySet();

  /** Tells each of {@code listeners}. */
  public Observers(List<DbosListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** Whether nobody listens, so that nothing needs to be told. */
  public boolean isEmpty() {
    return listeners.isEmpty();
  }

  /** Begins to tell of an operation, on the thread that asks for it. */
  public Observed asked(Operation operation) {
    List<Observation> observations = new ArrayList<>(listeners.size());
    for (DbosListener listener : listeners) {
      Observation observation = call(listener, told -> told.asked(operation));
      if (observation != null) {
        observations.add(observation);
      }
    }
    return observations.isEmpty() ? Observed.NOBODY : new Observed(this, observations);
  }

  /** Tells what happened. */
  public void happened(Occurrence occurrence) {
    listeners.forEach(listener -> run(listener, told -> told.happened(occurrence)));
  }

  /** Tells of a launch. */
  public void launched(Vitals vitals) {
    listeners.forEach(listener -> run(listener, told -> told.launched(vitals)));
  }

  /** Tells of a close. */
  public void closed(Vitals vitals) {
    listeners.forEach(listener -> run(listener, told -> told.closed(vitals)));
  }

  <T> void run(T listener, Consumer<T> call) {
    this.<T, Object>call(
        listener,
        told -> {
          call.accept(told);
          return null;
        });
  }

  /** What a listener throws is its own affair, whatever it is; said once for each kind of it. */
  <T, R> @Nullable R call(T listener, Function<T, @Nullable R> call) {
    try {
      return call.apply(listener);
    } catch (Throwable failure) {
      if (failed.add(listener.getClass())) {
        LOG.warn(
            "{} failed; what it throws from now on is ignored",
            listener.getClass().getName(),
            failure);
      }
      return null;
    }
  }
}
