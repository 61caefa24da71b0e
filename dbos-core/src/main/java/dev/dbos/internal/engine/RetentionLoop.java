package dev.dbos.internal.engine;

import dev.dbos.internal.operations.Retiring;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.DutyStore;
import dev.dbos.internal.store.DutyStore.Duty;
import dev.dbos.workflow.Retention;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes finished workflows of the application from time to time, on one thread of one process at
 * a time: whoever has the duty keeps it until the next round, by renewing it before each batch, and
 * leaves it when it closes. When it dies another one takes it after the interval.
 */
final class RetentionLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionLoop.class);
  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final SystemAccess access;
  private final Retention retention;
  private final Retiring retiring;
  private final Duty duty;
  private final Rounds rounds = new Rounds("retention", this::round, LONGEST_PAUSE, this::leave);

  RetentionLoop(SystemAccess access, Retention retention) {
    this.access = access;
    this.retention = retention;
    this.retiring = new Retiring(access);
    Duration interval = retention.interval();
    this.duty =
        new Duty(
            "retention of " + Objects.requireNonNull(access.applicationName()),
            UUID.randomUUID().toString(),
            interval.compareTo(LEAST) < 0 ? LEAST : interval);
  }

  /** Looks now and then after each interval, in the background. */
  void start() {
    rounds.start();
  }

  private Duration round() {
    if (hasDuty()) {
      long deleted = retiring.deleteFinished(retention, this::hasDuty);
      if (deleted > 0) {
        LOG.info("Deleted {} finished workflows", deleted);
      }
    }
    return retention.interval();
  }

  private boolean hasDuty() {
    return !rounds.isClosed()
        && access.systemDatabase().write(dsl -> DutyStore.take(dsl, duty, access.clock().millis()));
  }

  private void leave() {
    try {
      access
          .systemDatabase()
          .write(
              dsl -> {
                DutyStore.leave(dsl, duty);
                return true;
              });
    } catch (RuntimeException away) {
      LOG.debug("The duty to delete finished workflows ends by itself", away);
    }
  }

  /** Ends after the batch that is under way. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
