package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.operations.LocalRuns.Way;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.workflow.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * Changes to workflows from outside: each is one transaction, and what of this process it concerns
 * is told after its commit.
 */
public final class Steering {
  /** How many ids one statement names. */
  private static final int MOST_AT_ONCE = 1_000;

  private final SystemAccess access;

  /** On the workflows of {@code access}. */
  public Steering(SystemAccess access) {
    this.access = access;
  }

  /** Cancels workflows; those that have ended, and unknown ones, are passed over. */
  public void cancel(Collection<String> workflowIds, Reach reach) {
    long now = now();
    withWayMade(
        workflowIds,
        reach,
        () -> {
          String[] cancelled =
              RecordedWrite.call(
                  access,
                  "DBOS.cancel",
                  "DBOS.cancelWorkflow",
                  String[].class,
                  dsl -> {
                    Set<String> all = reached(dsl, workflowIds, reach);
                    inParts(all, part -> ControlStore.cancel(dsl, part, now));
                    return all.toArray(String[]::new);
                  });
          access.changed(List.of(cancelled));
        });
  }

  /**
   * Puts workflows that have neither succeeded nor failed into the internal queue.
   *
   * @throws UnknownWorkflowException naming all that do not exist; then none is resumed
   */
  public void resume(Collection<String> workflowIds) {
    resume(workflowIds, ControlStore.INTERNAL_QUEUE);
  }

  /**
   * Puts workflows that have neither succeeded nor failed into a queue.
   *
   * @throws UnknownWorkflowException naming all that do not exist; then none is resumed
   * @throws IllegalArgumentException when {@code queueName} is blank
   */
  public void resume(Collection<String> workflowIds, String queueName) {
    if (queueName.isBlank()) {
      throw new IllegalArgumentException("A queue's name must not be blank.");
    }
    long now = now();
    Set<String> ids = new LinkedHashSet<>(workflowIds);
    withWayMade(
        ids,
        Reach.ONLY_THESE,
        () -> {
          String[] resumed =
              RecordedWrite.call(
                  access,
                  "DBOS.resume",
                  "DBOS.resumeWorkflow",
                  String[].class,
                  dsl -> {
                    requireKnown(dsl, ids);
                    List<String> changed = new ArrayList<>();
                    inParts(
                        ids,
                        part -> changed.addAll(ControlStore.resume(dsl, part, queueName, now)));
                    return changed.toArray(String[]::new);
                  });
          access.changed(List.of(resumed));
        });
    access.enqueued(queueName);
  }

  /** Deletes workflows with everything that is stored of them; unknown ones are passed over. */
  public void delete(Collection<String> workflowIds, Reach reach) {
    refuseOwnDeletion(workflowIds);
    withWayMade(
        workflowIds,
        reach,
        () -> {
          List<DeletedWorkflow> deleted =
              List.of(
                  RecordedWrite.call(
                      access,
                      "DBOS.delete",
                      "DBOS.deleteWorkflow",
                      DeletedWorkflow[].class,
                      dsl -> {
                        List<DeletedWorkflow> gone = new ArrayList<>();
                        inParts(
                            reached(dsl, workflowIds, reach),
                            part -> gone.addAll(ControlStore.delete(dsl, part)));
                        return gone.toArray(DeletedWorkflow[]::new);
                      }));
          access.changed(deleted.stream().map(DeletedWorkflow::workflowId).toList());
          access.runs().forget(deleted);
        });
  }

  /** Makes a change that a transaction of one of the workflows could keep out. */
  private void withWayMade(Collection<String> workflowIds, Reach reach, Runnable change) {
    Collection<String> concerned =
        reach == Reach.ONLY_THESE
            ? workflowIds
            : Recorded.patiently(
                () -> access.systemDatabase().read(dsl -> reached(dsl, workflowIds, reach)));
    Way way = access.runs().makeWay(concerned);
    try {
      change.run();
    } finally {
      way.close();
    }
  }

  private static void refuseOwnDeletion(Collection<String> workflowIds) {
    if (Ambient.current() instanceof Ambient.InWorkflow workflow
        && workflowIds.contains(workflow.scope().workflowId())) {
      throw new IllegalArgumentException(
          "Workflow "
              + workflow.scope().workflowId()
              + " cannot delete itself: the step that did could not be recorded.");
    }
  }

  /**
   * Has a delayed workflow wait for so long from now.
   *
   * @return whether it was delayed still
   * @throws UnknownWorkflowException when there is none with this id
   * @throws IllegalArgumentException when {@code delay} is negative
   */
  public boolean setDelay(String workflowId, Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("A delay must not be negative: " + delay);
    }
    return delayUntil(workflowId, now() + Moments.durationMillis(delay));
  }

  /**
   * Has a delayed workflow wait until a moment.
   *
   * @return whether it was delayed still
   * @throws UnknownWorkflowException when there is none with this id
   */
  public boolean setDelay(String workflowId, Instant until) {
    return delayUntil(workflowId, Moments.millis(until));
  }

  private boolean delayUntil(String workflowId, long untilMillis) {
    long now = now();
    boolean changed =
        change(
            "DBOS.setDelay",
            "DBOS.setWorkflowDelay",
            workflowId,
            dsl -> ControlStore.delayUntil(dsl, workflowId, untilMillis, now));
    access.runs().delayed();
    return changed;
  }

  /**
   * Has a workflow that waits in a queue overtake others, or be overtaken.
   *
   * @return whether it was waiting still
   * @throws UnknownWorkflowException when there is none with this id
   * @throws IllegalArgumentException when {@code priority} is negative
   */
  public boolean setPriority(String workflowId, int priority) {
    if (priority < 0) {
      throw new IllegalArgumentException(
          "Invalid priority " + priority + ". Priority must be between 0 and 2147483647.");
    }
    long now = now();
    return change(
        "DBOS.setPriority",
        "DBOS.setWorkflowPriority",
        workflowId,
        dsl -> ControlStore.prioritize(dsl, workflowId, priority, now));
  }

  /**
   * Replaces the attributes of a workflow.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public void setAttributes(String workflowId, Attributes attributes) {
    writeAttributes(workflowId, earlier -> attributes);
  }

  /**
   * Adds to the attributes of a workflow.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public void mergeAttributes(String workflowId, Attributes additions) {
    writeAttributes(workflowId, earlier -> earlier.mergedWith(additions));
  }

  private void writeAttributes(String workflowId, Function<Attributes, Attributes> change) {
    long now = now();
    change(
        "DBOS.setAttributes",
        "DBOS.updateWorkflowAttributes",
        workflowId,
        dsl -> {
          Attributes earlier =
              Attributes.stored(ControlStore.attributes(dsl, workflowId).orElse(null));
          String json = change.apply(earlier).json();
          if (json != null) {
            access.codec().limit().require(json);
          }
          ControlStore.setAttributes(dsl, workflowId, json, now);
          return true;
        });
  }

  private boolean change(
      String operation, String stepName, String workflowId, Function<DSLContext, Boolean> change) {
    return RecordedWrite.call(
        access,
        operation,
        stepName,
        Boolean.class,
        dsl -> {
          requireKnown(dsl, List.of(workflowId));
          return change.apply(dsl);
        });
  }

  private static Set<String> reached(DSLContext dsl, Collection<String> workflowIds, Reach reach) {
    return switch (reach) {
      case ONLY_THESE -> new LinkedHashSet<>(workflowIds);
      case WITH_CHILDREN -> {
        Set<String> all = new LinkedHashSet<>();
        inParts(workflowIds, part -> all.addAll(ControlStore.withChildren(dsl, part)));
        yield all;
      }
    };
  }

  static void requireKnown(DSLContext dsl, Collection<String> workflowIds) {
    Set<String> missing = new LinkedHashSet<>(workflowIds);
    inParts(workflowIds, part -> missing.removeAll(ControlStore.existing(dsl, part)));
    if (!missing.isEmpty()) {
      throw UnknownWorkflowException.of(missing);
    }
  }

  private static void inParts(Collection<String> workflowIds, Consumer<List<String>> use) {
    List<String> ids = List.copyOf(workflowIds);
    for (int from = 0; from < ids.size(); from += MOST_AT_ONCE) {
      use.accept(ids.subList(from, Math.min(ids.size(), from + MOST_AT_ONCE)));
    }
  }

  private long now() {
    return access.clock().millis();
  }
}
