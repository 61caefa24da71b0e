package dev.dbos.internal.operations;

import dev.dbos.error.DbosException;
import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StepEffect;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.store.EnqueueStore;
import dev.dbos.internal.store.Enqueued;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.Deduplication.Policy;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StartOptions.Delay;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Puts workflows into queues. Called by a workflow it is a step, like the start of any child: the
 * row that waits and the step that says so commit together.
 */
public final class Enqueueing {
  private final SystemAccess access;
  private final StartRows rows;

  /** Into the queues of {@code access}. */
  public Enqueueing(SystemAccess access) {
    this.access = access;
    this.rows = new StartRows(access);
  }

  /**
   * Puts a workflow into its queue.
   *
   * @param operation what the caller called, for messages: {@code DBOS.start}
   * @param version the version that runs it unless the options name one, or null for the latest
   * @return its id, or that of the workflow which has its deduplication id
   * @throws WorkflowConflictException when the id belongs to a workflow of another name
   * @throws QueueDeduplicatedException when the deduplication id is taken and the policy says so
   * @throws IllegalStateException inside a transaction
   */
  public String enqueue(
      String operation, Call call, StartOptions options, @Nullable String version) {
    return options.delay() instanceof Delay.Debounced calls
        ? new Debouncing(access, this).call(operation, call, calls.debounce(), options, version)
        : place(operation, call, options, version, new Inserting(options));
  }

  /** How a row comes into its queue. */
  @FunctionalInterface
  interface Placing {
    /** Has it wait there; returns the id of the workflow that does. */
    String place(DSLContext dsl, StartRow row);

    /** Does it by one statement; false when that is not enough, and nothing has been done. */
    default boolean placeAlone(SystemAccess access, StartRow row) {
      return false;
    }
  }

  /** As it comes. */
  private record Inserting(StartOptions options) implements Placing {
    @Override
    public String place(DSLContext dsl, StartRow row) {
      return idOf(row, EnqueueStore.insert(dsl, List.of(row)).getFirst(), options);
    }

    @Override
    public boolean placeAlone(SystemAccess access, StartRow row) {
      return access.runs().enqueue(row)
          || access.systemDatabase().writeOne(dsl -> EnqueueStore.insertAlone(dsl, row));
    }
  }

  /** Puts a workflow into its queue in some way; otherwise like {@link #enqueue}. */
  String place(
      String operation,
      Call call,
      StartOptions options,
      @Nullable String version,
      Placing placing) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> asStep(workflow.scope(), call, options, version, placing);
      case Ambient.InTransaction transaction -> throw Recorded.refusedIn(transaction, operation);
      case Ambient.InStep step -> outside(call, options, version, placing);
      case null -> outside(call, options, version, placing);
    };
  }

  /**
   * Puts several workflows into one queue, all of them or none; in a workflow each by itself.
   *
   * @return their ids, or those of the workflows which have their deduplication id
   */
  public List<String> enqueueAll(
      String operation, List<Call> calls, StartOptions options, @Nullable String version) {
    if (options.id().isPresent() && calls.size() != 1) {
      throw new IllegalArgumentException(
          "An id can be chosen for one workflow, not for " + calls.size() + " at once.");
    }
    if (Ambient.current() != null) {
      return calls.stream().map(call -> enqueue(operation, call, options, version)).toList();
    }
    List<StartRow> starting =
        calls.stream().map(call -> rows.queued(call, options, version, null)).toList();
    List<String> ids =
        access
            .systemDatabase()
            .write(
                dsl -> {
                  List<Enqueued> results = EnqueueStore.insert(dsl, starting);
                  return IntStream.range(0, starting.size())
                      .mapToObj(i -> idOf(starting.get(i), results.get(i), options))
                      .toList();
                });
    starting.stream().map(StartRow::queued).findFirst().ifPresent(access::enqueued);
    return ids;
  }

  private String outside(
      Call call, StartOptions options, @Nullable String version, Placing placing) {
    StartRow row = rows.queued(call, options, version, null);
    String id =
        placing.placeAlone(access, row)
            ? row.workflowId()
            : access.systemDatabase().write(dsl -> placing.place(dsl, row));
    access.enqueued(row.queued());
    return id;
  }

  /**
   * The workflow a caller gets who wanted {@code row} in its queue.
   *
   * @throws WorkflowConflictException when the id belongs to a workflow of another name
   * @throws QueueDeduplicatedException when another one has the deduplication id, and the options
   *     do not say to take that one
   */
  public static String idOf(StartRow row, Enqueued result, StartOptions options) {
    return idOf(row, result, sharing(options));
  }

  /** Whether another workflow with the same deduplication id will do. */
  public static boolean sharing(StartOptions options) {
    return options.deduplication().filter(wanted -> wanted.policy() != Policy.REJECT).isPresent();
  }

  /** Like {@link #idOf(StartRow, Enqueued, StartOptions)}, with {@link #sharing}. */
  public static String idOf(StartRow row, Enqueued result, boolean sharing) {
    return switch (result) {
      case Enqueued.Inserted inserted -> row.workflowId();
      case Enqueued.Present present -> {
        if (!present.name().equals(row.name())) {
          throw new WorkflowConflictException(
              "Workflow id "
                  + row.workflowId()
                  + " belongs to a workflow named "
                  + present.name()
                  + "; it cannot be started as "
                  + row.name()
                  + ". Choose another id.",
              row.workflowId());
        }
        yield row.workflowId();
      }
      case Enqueued.Deduplicated other -> {
        if (!sharing) {
          throw new QueueDeduplicatedException(
              row.workflowId(),
              row.queued().queueName(),
              String.valueOf(row.queued().deduplicationId()));
        }
        yield other.holderId();
      }
    };
  }

  private String asStep(
      WorkflowScope parent,
      Call call,
      StartOptions options,
      @Nullable String version,
      Placing placing) {
    int stepId = parent.takeStepId();
    Optional<StepEffect> earlier = parent.recordedStart(stepId, call.name());
    if (earlier.isPresent()) {
      return childOf(parent, earlier.get());
    }
    String childId = options.id().orElseGet(() -> parent.workflowId() + "-" + stepId);
    boolean sameDatabase = access.isOf(parent);
    StartRow row =
        rows.queued(call, options.withId(childId), version, sameDatabase ? parent : null);
    StepEffect effect =
        sameDatabase
            ? parent.recordStart(stepId, call.name(), dsl -> effect(parent, dsl, row, placing))
            : elsewhere(parent, stepId, row, placing);
    access.enqueued(row.queued());
    return childOf(parent, effect);
  }

  /** In another system database it is put first and recorded then; twice makes no difference. */
  private StepEffect elsewhere(WorkflowScope parent, int stepId, StartRow row, Placing placing) {
    StepEffect done =
        Recorded.patiently(
            parent, () -> access.systemDatabase().write(dsl -> effect(parent, dsl, row, placing)));
    return parent.recordStart(stepId, row.name(), dsl -> done);
  }

  /** A refusal is the step's result, too, so that a replay is refused as well. */
  private static StepEffect effect(
      WorkflowScope parent, DSLContext dsl, StartRow row, Placing placing) {
    try {
      return new StepEffect(Payload.NOTHING, placing.place(dsl, row));
    } catch (DbosException refused) {
      if (SqlFailure.of(refused).isRetryable()) {
        throw refused;
      }
      return new StepEffect(parent.codec().error(refused), null);
    }
  }

  private static String childOf(WorkflowScope parent, StepEffect effect) {
    if (effect.childId() == null) {
      throw refused(parent, effect.payload());
    }
    return effect.childId();
  }

  /** Throws what was recorded. */
  private static IllegalStateException refused(WorkflowScope parent, Payload payload) {
    parent.codec().<Object, RuntimeException>replay(payload);
    return new IllegalStateException(
        "A step of workflow "
            + parent.workflowId()
            + " that put a workflow into a queue has"
            + " recorded neither the workflow nor an error.");
  }
}
