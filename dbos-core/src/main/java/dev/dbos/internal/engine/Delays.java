package dev.dbos.internal.engine;

import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.DelayStore;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Lets delayed workflows into their queues when they are due: one thread, which waits for the next
 * of them, and looks every second for what other processes have delayed. Every process does it; who
 * comes first does.
 */
final class Delays implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Engine engine;
  private final Rounds rounds = new Rounds("delays", this::look);

  Delays(Engine engine) {
    this.engine = engine;
  }

  void start() {
    rounds.start();
  }

  /** Something has been delayed, or delayed otherwise. */
  void signal() {
    rounds.signal();
  }

  /** How long to wait before the next look. */
  private Duration look() {
    EngineSettings settings = engine.settings();
    Optional<Long> left =
        engine
            .systemDatabase()
            .read(dsl -> DelayStore.untilNext(dsl, settings.applicationName(), settings.clock()));
    if (left.isEmpty()) {
      return LONGEST;
    }
    if (left.get() > 0) {
      Duration rest = SystemClock.look(settings.clock(), Duration.ofMillis(left.get()));
      return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
    long now = settings.clock().millis();
    Set<String> queues =
        engine
            .systemDatabase()
            .write(
                dsl -> DelayStore.release(dsl, settings.applicationName(), settings.clock(), now));
    queues.forEach(engine.access()::enqueued);
    return Duration.ZERO;
  }

  /** Lets nothing more into a queue. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
