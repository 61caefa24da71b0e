package dev.dbos.internal.operations;

import dev.dbos.error.WorkflowConflictException;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.ForkStore;
import dev.dbos.internal.store.ForkStore.Fork;
import dev.dbos.internal.store.ForkStore.StepMark;
import dev.dbos.internal.text.TimeOrderedId;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.ForkOptions.Start;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jooq.DSLContext;

/** Makes workflows that go on from a point of others. */
public final class Forking {
  private final SystemAccess access;

  /** Of the workflows of {@code access}. */
  public Forking(SystemAccess access) {
    this.access = access;
  }

  /**
   * Forks all of {@code sources}, or none.
   *
   * @return the ids of the forks, in the order of the sources
   */
  public List<String> fork(Collection<String> sources, ForkOptions options) {
    if (options.id().isPresent() && sources.size() != 1) {
      throw new IllegalArgumentException(
          "An id can be chosen for one fork, not for " + sources.size() + " at once.");
    }
    long now = access.clock().millis();
    access.runs().makeDurable();
    String[] forks =
        RecordedWrite.call(
            access,
            "DBOS.fork",
            "DBOS.forkWorkflow",
            String[].class,
            dsl -> {
              Steering.requireKnown(dsl, sources);
              // What may be refused comes first: after that something has been written.
              List<Fork> copies = sources.stream().map(id -> copy(dsl, id, options)).toList();
              List<String> ids = new ArrayList<>();
              for (Fork copy : copies) {
                if (!ForkStore.fork(dsl, copy, access.applicationName(), now)) {
                  throw taken(copy.forkId());
                }
                ForkStore.replaceChildren(dsl, copy.forkId(), options.replacementChildren());
                ids.add(copy.forkId());
              }
              return ids.toArray(String[]::new);
            });
    access.enqueued(queueOf(options));
    return List.of(forks);
  }

  private static WorkflowConflictException taken(String forkId) {
    return new WorkflowConflictException(
        "Workflow id " + forkId + " is taken already. Choose another id for the fork.", forkId);
  }

  private Fork copy(DSLContext dsl, String sourceId, ForkOptions options) {
    return new Fork(
        sourceId,
        options.id().orElseGet(() -> TimeOrderedId.at(access.clock().millis())),
        firstStep(dsl, sourceId, options.start()),
        options.applicationVersion().orElse(null),
        options.timeout().map(Moments::durationMillis).orElse(null),
        queueOf(options),
        options.partitionKey().orElse(null));
  }

  private static String queueOf(ForkOptions options) {
    return options.queue().orElse(ControlStore.INTERNAL_QUEUE);
  }

  /** A workflow without steps can only begin anew. */
  private static int firstStep(DSLContext dsl, String sourceId, Start start) {
    return switch (start) {
      case Start.AtStep at -> at.stepId();
      case Start.AtLastStep last ->
          ForkStore.marks(dsl, sourceId).stream().mapToInt(StepMark::stepId).max().orElse(0);
      case Start.AtLastFailure failure -> {
        List<StepMark> steps = ForkStore.marks(dsl, sourceId);
        yield steps.stream()
            .filter(StepMark::failed)
            .mapToInt(StepMark::stepId)
            .max()
            .orElseGet(() -> steps.isEmpty() ? 0 : steps.getLast().stepId());
      }
      case Start.AtStepNamed named -> lastNamed(dsl, sourceId, named.name());
    };
  }

  private static int lastNamed(DSLContext dsl, String sourceId, String name) {
    List<StepMark> steps = ForkStore.marks(dsl, sourceId);
    return steps.stream()
        .filter(step -> step.name().equals(name))
        .mapToInt(StepMark::stepId)
        .max()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Workflow "
                        + sourceId
                        + " has no step named '"
                        + name
                        + "'; it recorded "
                        + steps.stream().map(StepMark::name).distinct().toList()
                        + "."));
  }
}
