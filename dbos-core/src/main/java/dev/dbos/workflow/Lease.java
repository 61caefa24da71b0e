package dev.dbos.workflow;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether an executor says in the system database that it is alive, and how long that counts. When
 * it has not said so for longer, other executors of the same application and version take its
 * unfinished workflows over; should it still be alive, it loses them and stops running them.
 *
 * <p>Immutable.
 */
public final class Lease {
  private static final Duration USUAL = Duration.ofSeconds(10);
  private static final Duration SHORTEST = Duration.ofMillis(200);

  /**
   * The default: 10 s, unless an executor id was set, which makes the process itself recover its
   * workflows when it is launched again.
   */
  public static final Lease DEFAULT = new Lease(Choice.UNLESS_NAMED, USUAL);

  /**
   * None: nobody takes over, and workflows are recovered by the next launch with the same executor
   * id.
   */
  public static final Lease OFF = new Lease(Choice.OFF, null);

  private enum Choice {
    UNLESS_NAMED,
    ON,
    OFF
  }

  private final Choice choice;
  private final @Nullable Duration duration;

  private Lease(Choice choice, @Nullable Duration duration) {
    this.choice = choice;
    this.duration = duration;
  }

  /**
   * One of this duration, also for an executor with an id of its own. It is renewed four times in
   * that time; work of a killed executor goes on soon after it has passed.
   *
   * @throws IllegalArgumentException when shorter than 200 ms
   */
  public static Lease of(Duration duration) {
    if (duration.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "A lease of " + duration + " would expire before it is renewed; take 200 ms at least.");
    }
    return new Lease(Choice.ON, duration);
  }

  /** How long it counts; empty for {@link #OFF}. */
  public Optional<Duration> duration() {
    return Optional.ofNullable(duration);
  }

  /** Whether only an executor without an id of its own has one. */
  public boolean isOnlyWithoutExecutorId() {
    return choice == Choice.UNLESS_NAMED;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Lease lease
        && choice == lease.choice
        && Objects.equals(duration, lease.duration);
  }

  @Override
  public int hashCode() {
    return Objects.hash(choice, duration);
  }

  @Override
  public String toString() {
    return choice == Choice.OFF ? "no lease" : "lease of " + duration;
  }
}
