package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs something in a workflow that then sleeps for a day, closes the runtime, and launches another
 * one for which the day has passed: what the workflow sees there is replayed.
 */
final class Replay {
  static final String ORDER = "order-42";

  private static final WorkflowDefinition<Void, String> ORDER_OVERNIGHT =
      WorkflowDefinition.of("order overnight", Void.class, String.class);
  private static final Duration NIGHT = Duration.ofDays(1);

  private final Premises premises;
  private final Act act;
  private final List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());

  private Replay(Premises premises, Act act) {
    this.premises = premises;
    this.act = act;
  }

  /** What the workflow does before it sleeps. */
  @FunctionalInterface
  interface Act {
    @Nullable Object run() throws Exception;
  }

  /** What it returned or threw on the first run and on the second. */
  record Outcomes(@Nullable Object first, @Nullable Object replayed) {
    Exception firstFailure() {
      return (Exception) Objects.requireNonNull(first);
    }

    Exception replayedFailure() {
      return (Exception) Objects.requireNonNull(replayed);
    }
  }

  static Outcomes of(Premises premises, Act act) {
    return begin(premises, act).resume();
  }

  /** The first run, which is asleep when this returns. */
  static Replay begin(Premises premises, Act act) {
    Replay replay = new Replay(premises, act);
    try (DBOS evening = replay.launch(InstantSource.system())) {
      evening.start(ORDER_OVERNIGHT, null, StartOptions.id(ORDER));
      Eventually.await("the first run sees an outcome", () -> !replay.seen.isEmpty());
      Eventually.await("it sleeps", () -> isAsleep(evening));
    }
    return replay;
  }

  private static boolean isAsleep(DBOS dbos) {
    return dbos.steps(ORDER).stream().anyMatch(step -> step.name().equals("DBOS.sleep"));
  }

  /** The second run, from the launch to its end. */
  Outcomes resume() {
    try (DBOS morning = launch(Clock.offset(Clock.systemUTC(), NIGHT.multipliedBy(2)))) {
      morning.retrieve(ORDER, String.class).result(Eventually.PATIENCE);
    }
    if (seen.size() != 2) {
      throw new AssertionError("There were " + seen.size() + " runs: " + seen);
    }
    return new Outcomes(seen.get(0), seen.get(1));
  }

  private DBOS launch(InstantSource clock) {
    return Checkout.runtime(premises.site().systemUrl())
        .clock(clock)
        .workflow(
            ORDER_OVERNIGHT,
            nothing -> {
              seen.add(outcome());
              Workflow.sleep(NIGHT);
              return "delivered";
            })
        .launch();
  }

  private @Nullable Object outcome() {
    try {
      return act.run();
    } catch (Exception failure) {
      return failure;
    }
  }
}
