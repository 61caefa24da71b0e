package dev.dbos.internal.store;

import dev.dbos.internal.cron.CronExpression;
import dev.dbos.internal.cron.Ticks;
import dev.dbos.workflow.Misfire;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as its rows say it.
 *
 * @param id its id, another one when it is deleted and made again
 * @param name its name
 * @param applicationName the application whose workflows it starts, or null for none yet
 * @param timing when it is due
 * @param target what it starts
 * @param paused whether it is paused
 * @param progress how far it has got
 */
public record StoredSchedule(
    String id,
    String name,
    @Nullable String applicationName,
    Timing timing,
    Target target,
    boolean paused,
    Progress progress) {

  /**
   * When it is due.
   *
   * @param cron its cron expression
   * @param zone the name of its time zone
   * @param misfire what is done about missed ticks
   */
  public record Timing(String cron, String zone, Misfire misfire) {
    /**
     * The ticks.
     *
     * @throws RuntimeException when it has been written by somebody with other rules
     */
    public Ticks ticks() {
      return new Ticks(CronExpression.parse(cron), ZoneId.of(zone));
    }
  }

  /**
   * What it starts.
   *
   * @param workflowName the name of the workflow
   * @param queueName the queue of its workflows, or null for none
   * @param context what each of them gets, JSON
   */
  public record Target(String workflowName, @Nullable String queueName, String context) {}

  /**
   * How far it has got.
   *
   * @param lastFiredAt its last tick that started a workflow, or null
   * @param decidedUntil up to when its ticks have been decided upon, or null when nobody here has
   */
  public record Progress(@Nullable Instant lastFiredAt, @Nullable Instant decidedUntil) {}

  /** From when on its ticks are to be decided upon; empty when nobody has looked at it yet. */
  public Optional<Instant> undecidedFrom() {
    return Stream.of(
            Optional.ofNullable(progress.lastFiredAt()),
            Optional.ofNullable(progress.decidedUntil()))
        .flatMap(Optional::stream)
        .max(Instant::compareTo);
  }
}
