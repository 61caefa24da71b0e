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

  private Replay() {}

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
    return of(premises, act, () -> {});
  }

  /** With something that happens between the two runs. */
  static Outcomes of(Premises premises, Act act, Runnable meanwhile) {
    List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());
    try (DBOS evening = launch(premises, act, seen, InstantSource.system())) {
      evening.start(ORDER_OVERNIGHT, null, StartOptions.id(ORDER));
      Eventually.await("the first run sees an outcome", () -> !seen.isEmpty());
    }
    meanwhile.run();
    InstantSource nextDay = Clock.offset(Clock.systemUTC(), NIGHT.multipliedBy(2));
    try (DBOS morning = launch(premises, act, seen, nextDay)) {
      morning.retrieve(ORDER, String.class).result(Eventually.PATIENCE);
    }
    if (seen.size() != 2) {
      throw new AssertionError("There were " + seen.size() + " runs: " + seen);
    }
    return new Outcomes(seen.get(0), seen.get(1));
  }

  private static DBOS launch(
      Premises premises, Act act, List<@Nullable Object> seen, InstantSource clock) {
    return Checkout.runtime(premises.site().systemUrl())
        .clock(clock)
        .workflow(
            ORDER_OVERNIGHT,
            nothing -> {
              seen.add(outcome(act));
              Workflow.sleep(NIGHT);
              return "delivered";
            })
        .launch();
  }

  private static @Nullable Object outcome(Act act) {
    try {
      return act.run();
    } catch (Exception failure) {
      return failure;
    }
  }
}
