package dev.dbos.internal.context;

import dev.dbos.observe.Ending;
import dev.dbos.observe.Ending.Outcome;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Observation.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One operation that listeners follow, if any do. */
public final class Observed {
  /** One that nobody follows. */
  public static final Observed NOBODY = new Observed(Observers.NONE, List.of());

  private final Observers observers;
  private final List<Observation> observations;
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile long begunAtNanos;

  Observed(Observers observers, List<Observation> observations) {
    this.observers = observers;
    this.observations = observations;
  }

  /** It begins, on this thread; the scope is to be closed on it. */
  public Scope begin() {
    if (observations.isEmpty()) {
      return Scope.NONE;
    }
    begunAtNanos = System.nanoTime();
    List<Scope> scopes = new ArrayList<>(observations.size());
    for (Observation observation : observations) {
      Scope scope = observers.call(observation, Observation::begun);
      if (scope != null) {
        scopes.add(scope);
      }
    }
    return () -> scopes.reversed().forEach(scope -> observers.run(scope, Scope::close));
  }

  /** Its body is run once more. */
  public void attempted() {
    if (!observations.isEmpty()) {
      attempts.incrementAndGet();
    }
  }

  /** It has ended; whatever is said later does not count. */
  public void end(Outcome outcome, @Nullable Throwable failure) {
    if (observations.isEmpty() || !ended.compareAndSet(false, true)) {
      return;
    }
    Ending ending =
        new Ending(
            outcome, Duration.ofNanos(System.nanoTime() - begunAtNanos), attempts.get(), failure);
    observations.forEach(
        observation -> observers.run(observation, followed -> followed.ended(ending)));
  }

  /** Performs it from its beginning to its end. */
  public <R extends @Nullable Object, X extends Exception> R around(Ambient.Body<R, X> body)
      throws X {
    if (observations.isEmpty()) {
      return body.run();
    }
    Scope scope = begin();
    try {
      R result = body.run();
      end(Outcome.SUCCESS, null);
      return result;
    } catch (RunStopped stopped) {
      end(Outcome.STOPPED, stopped);
      throw stopped;
    } catch (Throwable failure) {
      end(Outcome.ERROR, failure);
      throw failure;
    } finally {
      scope.close();
    }
  }
}
