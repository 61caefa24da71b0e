package dev.dbos.internal.operations;

import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.HealthStore;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.watch.ListenerState;
import dev.dbos.observe.Health;
import dev.dbos.observe.Health.Answer;
import dev.dbos.observe.Health.Lease;
import dev.dbos.observe.Health.Notifications;
import dev.dbos.observe.Health.Status;
import dev.dbos.observe.Health.Work;
import dev.dbos.observe.OutboxBacklog;
import dev.dbos.observe.PoolUse;
import dev.dbos.observe.Vitals;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds out how a runtime or a client is doing, within a given time. */
public final class HealthCheck {
  private static final String SYSTEM_DATABASE = "system database";
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(30);

  /** Entries of an outbox are delivered within milliseconds. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(30);

  /** Half of what the journal holds before workflows have to wait for it. */
  private static final int LARGE_BACKLOG = 5_000;

  private final SystemAccess access;
  private final Probe<Pending> systemDatabase;
  private final List<Probe<Boolean>> datasources = new ArrayList<>();
  private final List<Probe<OutboxBacklog>> outboxes = new ArrayList<>();
  private final Subject subject;

  /**
   * Whose health it is.
   *
   * @param unfinished asks how many workflows it should run; null for a client
   * @param vitals how busy it is; null for a client
   * @param datasources the registered datasources
   * @param outboxes find out how full the outboxes of some of those are, by the datasources' names
   * @param listener how it gets to know of changes
   * @param lease whether it counts as alive
   * @param chores what is wrong with its work in the background, a sentence each
   */
  public record Subject(
      @Nullable Unfinished unfinished,
      @Nullable Vitals vitals,
      List<Database> datasources,
      Map<String, Supplier<OutboxBacklog>> outboxes,
      Supplier<ListenerState> listener,
      Supplier<Lease> lease,
      Supplier<List<String>> chores) {
    /** A client, which runs nothing. */
    public static Subject client(Supplier<ListenerState> listener) {
      return new Subject(null, null, List.of(), Map.of(), listener, () -> Lease.NONE, List::of);
    }
  }

  /**
   * Which workflows a process should run.
   *
   * @param executorId those of this process
   * @param applicationVersion and of this version
   */
  public record Unfinished(String executorId, String applicationVersion) {}

  private record Pending(int unfinished, @Nullable Duration queueLag) {}

  /** Looks after what has {@code access}. */
  public HealthCheck(SystemAccess access, Subject subject) {
    this.access = access;
    this.subject = subject;
    this.systemDatabase = new Probe<>(SYSTEM_DATABASE, "The system database", this::pending);
    for (Database datasource : subject.datasources()) {
      datasources.add(
          new Probe<>(
              datasource.name(), "Datasource " + datasource.name(), () -> ping(datasource)));
    }
    subject
        .outboxes()
        .forEach(
            (name, backlog) ->
                outboxes.add(new Probe<>(name, "The outbox of datasource " + name, backlog)));
  }

  private Pending pending() {
    SystemDatabase database = access.systemDatabase();
    String application = access.applicationName();
    return database.read(
        dsl -> {
          HealthStore.ping(dsl, STATEMENT_LIMIT);
          Unfinished mine = subject.unfinished();
          int unfinished =
              mine == null
                  ? 0
                  : HealthStore.unfinished(
                      dsl, mine.executorId(), mine.applicationVersion(), application);
          Optional<Long> first = HealthStore.firstEnqueuedMillis(dsl, application, STATEMENT_LIMIT);
          long now = access.clock().millis();
          return new Pending(
              unfinished, first.map(since -> Duration.ofMillis(now - since)).orElse(null));
        });
  }

  private static boolean ping(Database datasource) {
    try {
      return datasource.read(connection -> connection.isValid((int) STATEMENT_LIMIT.toSeconds()));
    } catch (SQLException failure) {
      throw new IllegalStateException(failure.getMessage(), failure);
    }
  }

  /** How it is doing, said within {@code timeout}. */
  public Health run(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    Probe<Pending>.Asked asked = systemDatabase.ask();
    List<Probe<Boolean>.Asked> others = new ArrayList<>();
    datasources.forEach(probe -> others.add(probe.ask()));
    List<Probe<OutboxBacklog>.Asked> full = new ArrayList<>();
    outboxes.forEach(probe -> full.add(probe.ask()));
    List<String> problems = new ArrayList<>();

    Probe.Sample<Pending> system = asked.by(deadline, timeout);
    note(problems, system.problem());
    List<Answer> answers = new ArrayList<>();
    for (Probe<Boolean>.Asked other : others) {
      Probe.Sample<Boolean> sample = other.by(deadline, timeout);
      note(problems, sample.problem());
      answers.add(sample.answer());
    }
    List<OutboxBacklog> backlogs = new ArrayList<>();
    for (Probe<OutboxBacklog>.Asked outbox : full) {
      OutboxBacklog backlog = outbox.by(deadline, timeout).value();
      if (backlog != null) {
        note(problems, problem(backlog));
        backlogs.add(backlog);
      }
    }
    Work work = work(system.value());
    if (work.journalBacklog() > LARGE_BACKLOG) {
      note(
          problems,
          work.journalBacklog()
              + " checkpoints wait to be written; the system database takes them too slowly.");
    }
    Notifications notifications = notifications();
    if (notifications == Notifications.RECONNECTING) {
      note(
          problems,
          "The connection for notifications is away; until it is back, what others change is"
              + " noticed by asking.");
    }
    problems.addAll(subject.chores().get());
    Lease lease = subject.lease().get();
    note(problems, problem(lease));
    return new Health(
        status(system.answer(), problems),
        problems,
        system.answer(),
        notifications,
        work,
        pools(),
        answers,
        lease,
        backlogs);
  }

  private static @Nullable String problem(Lease lease) {
    return switch (lease.state()) {
      case OFF, HELD -> null;
      case EXPIRED ->
          "The lease of this executor has expired and could not be renewed yet; others may take its"
              + " workflows over, and it begins nothing until then.";
      case TAKEN ->
          "Another process runs as executor "
              + lease.executorId()
              + " now, so this one begins nothing any more. Give each an executorId(...) of its own.";
    };
  }

  private static @Nullable String problem(OutboxBacklog backlog) {
    if (backlog.setAside() > 0) {
      return backlog.setAside()
          + " entries of the outbox of datasource "
          + backlog.datasource()
          + " were set aside; see outboxes().";
    }
    return backlog.age().filter(age -> age.compareTo(LONG_WAIT) > 0).isPresent()
        ? backlog.waiting()
            + " entries of the outbox of datasource "
            + backlog.datasource()
            + " wait to be delivered, the oldest for "
            + backlog.age().orElseThrow().toSeconds()
            + " s."
        : null;
  }

  private static void note(List<String> problems, @Nullable String problem) {
    if (problem != null) {
      problems.add(problem);
    }
  }

  private static Status status(Answer systemDatabase, List<String> problems) {
    if (!systemDatabase.reachable()) {
      return Status.DOWN;
    }
    return problems.isEmpty() ? Status.UP : Status.DEGRADED;
  }

  private Notifications notifications() {
    return switch (subject.listener().get()) {
      case LISTENING -> Notifications.LISTENING;
      case DEGRADED -> Notifications.RECONNECTING;
      case POLLING -> Notifications.POLLING;
    };
  }

  private Work work(@Nullable Pending pending) {
    Vitals vitals = subject.vitals();
    int running = vitals == null ? 0 : vitals.runningWorkflows();
    int backlog = vitals == null ? 0 : vitals.journalBacklog();
    return pending == null
        ? new Work(running, backlog, 0, null)
        : new Work(
            running, backlog, Math.max(0, pending.unfinished() - running), pending.queueLag());
  }

  private List<PoolUse> pools() {
    Vitals vitals = subject.vitals();
    return vitals == null ? access.systemDatabase().pools() : vitals.pools();
  }
}
