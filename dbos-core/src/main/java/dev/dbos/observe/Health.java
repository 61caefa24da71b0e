package dev.dbos.observe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a runtime, or a client, is doing. Nothing in it is secret.
 *
 * @param status whether it can do its work
 * @param problems what is wrong, a sentence each; empty when it is up
 * @param systemDatabase how the system database answered
 * @param notifications how it learns of changes made elsewhere
 * @param work what it has to do
 * @param pools the connections of the system database and of the registered datasources
 * @param datasources how the registered datasources answered
 * @param lease whether this executor counts as alive
 * @param outboxes what the outboxes of those hold that are not in the system database itself; of a
 *     datasource that did not answer, nothing
 */
public record Health(
    Status status,
    List<String> problems,
    Answer systemDatabase,
    Notifications notifications,
    Work work,
    List<PoolUse> pools,
    List<Answer> datasources,
    Lease lease,
    List<OutboxBacklog> outboxes) {
  /** Copies the lists. */
  public Health {
    problems = List.copyOf(problems);
    pools = List.copyOf(pools);
    datasources = List.copyOf(datasources);
    outboxes = List.copyOf(outboxes);
  }

  /** Whether it can do its work. */
  public enum Status {
    /** All of it. */
    UP,
    /** Some of it, or slowly. */
    DEGRADED,
    /** None: workflows wait for the system database. */
    DOWN
  }

  /** How changes made by other processes are noticed. */
  public enum Notifications {
    /** At once, by notifications of the server. */
    LISTENING,
    /** By asking from time to time, as on SQLite, and as long as nobody waits. */
    POLLING,
    /** By asking, until the connection for notifications is back. */
    RECONNECTING
  }

  /**
   * Whether a database answered.
   *
   * @param name its name
   * @param reachable whether it did
   * @param latency how long that took, or how long it was waited for
   */
  public record Answer(String name, boolean reachable, Duration latency) {}

  /**
   * Whether an executor counts as alive, so that nobody takes its workflows over.
   *
   * @param executorId which executor; empty for a client
   * @param state how its lease stands
   * @param others how many other executors of its application and version were alive when last
   *     looked at
   * @param dead how many had left workflows unfinished that were to be taken over then
   */
  public record Lease(String executorId, State state, int others, int dead) {
    /** Of somebody who has none. */
    public static final Lease NONE = new Lease("", State.OFF, 0, 0);

    /** How a lease stands. */
    public enum State {
      /** There is none: nobody takes anything over. */
      OFF,
      /** It is valid. */
      HELD,
      /** It could not be renewed in time; nothing is begun until it is. */
      EXPIRED,
      /** Another process has the same executor id, and the lease; nothing is begun any more. */
      TAKEN
    }
  }

  /**
   * What there is to do.
   *
   * @param running how many workflows this process has begun and not ended
   * @param journalBacklog how many checkpoints wait to be written
   * @param unrecovered how many unfinished workflows of this executor id and version this process
   *     does not run; 0 for a client
   * @param queueLagOrNull how long the workflow has waited that was enqueued first, or null when
   *     none waits, or the system database did not answer
   */
  public record Work(
      int running, int journalBacklog, long unrecovered, @Nullable Duration queueLagOrNull) {
    /** How long the workflow has waited that was enqueued first; empty when none waits. */
    public Optional<Duration> queueLag() {
      return Optional.ofNullable(queueLagOrNull);
    }
  }
}
