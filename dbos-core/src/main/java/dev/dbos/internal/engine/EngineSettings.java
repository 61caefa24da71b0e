package dev.dbos.internal.engine;

import dev.dbos.datasource.ListenMode;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.context.StepCodec;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What an engine runs with.
 *
 * @param identity whose workflows it starts and recovers
 * @param codec how results are written
 * @param clock what time it is
 * @param closeTimeout how long close waits for running workflows
 * @param maxRunning how many workflows run at once, those that sleep or wait not counted
 * @param listening whether a PostgreSQL server may be asked to tell what changed
 * @param observers who is told what it does
 */
public record EngineSettings(
    Identity identity,
    StepCodec codec,
    InstantSource clock,
    Duration closeTimeout,
    int maxRunning,
    ListenMode listening,
    Observers observers) {

  /**
   * Whose workflows an engine starts and recovers.
   *
   * @param applicationName the owner of everything it starts
   * @param applicationVersion written into everything it starts; only this is recovered
   * @param executorId whose unfinished workflows it recovers
   * @param lease how long it counts as alive without a sign, or null when it gives none
   */
  public record Identity(
      String applicationName,
      String applicationVersion,
      String executorId,
      @Nullable Duration lease) {}

  /** The owner of everything it starts. */
  public String applicationName() {
    return identity.applicationName();
  }

  /** Written into everything it starts; only this is recovered. */
  public String applicationVersion() {
    return identity.applicationVersion();
  }

  /** Whose unfinished workflows it recovers. */
  public String executorId() {
    return identity.executorId();
  }
}
