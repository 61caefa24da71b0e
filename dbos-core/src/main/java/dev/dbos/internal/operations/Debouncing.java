package dev.dbos.internal.operations;

import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Origin;
import dev.dbos.internal.context.StartRow.Queued;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.store.DatabaseTime;
import dev.dbos.internal.store.DebounceStore;
import dev.dbos.internal.store.EnqueueStore;
import dev.dbos.internal.store.Enqueued;
import dev.dbos.workflow.Debounce;
import dev.dbos.workflow.StartOptions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes many calls for a workflow one. The workflow waits DELAYED in its queue, and has the calls'
 * key as its deduplication id: a further call finds it by that, replaces its input and puts it off,
 * all in one statement that misses it when its delay has ended. Then it makes a new one.
 */
final class Debouncing {
  /** How often a workflow may come and go between looking for it and making it. */
  private static final int MAX_ATTEMPTS = 100;

  private final SystemAccess access;
  private final Enqueueing enqueueing;

  Debouncing(SystemAccess access, Enqueueing enqueueing) {
    this.access = access;
    this.enqueueing = enqueueing;
  }

  /**
   * Calls once more.
   *
   * @return the id of the workflow that starts with this call's input, unless another call comes
   * @throws QueueDeduplicatedException when a workflow that is not debounced, or another one, has
   *     the deduplication id that is made of name and key
   * @throws IllegalArgumentException when the options have what a debounce decides itself
   * @throws IllegalStateException inside a transaction
   */
  String call(
      String operation,
      Call call,
      Debounce debounce,
      StartOptions options,
      @Nullable String version) {
    refuseContradictions(options);
    StartOptions own =
        options.withDeduplication(call.name() + "-" + debounce.key()).withDelay(debounce.period());
    return enqueueing.place(
        operation, call, own, version, (dsl, row) -> place(dsl, row, debounce, own));
  }

  private static void refuseContradictions(StartOptions options) {
    if (options.priority() != 0
        || options.deduplication().isPresent()
        || options.partitionKey().isPresent()) {
      throw new IllegalArgumentException(
          "A debounced workflow has no priority, deduplication id or partition key of its own: its"
              + " key and period decide. Leave them out of the options.");
    }
  }

  private String place(DSLContext dsl, StartRow row, Debounce debounce, StartOptions options) {
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      long now = DatabaseTime.read(dsl, access.clock());
      long until = now + Moments.durationMillis(debounce.period());
      Optional<String> waiting = DebounceStore.postpone(dsl, row, until);
      if (waiting.isPresent()) {
        return waiting.get();
      }
      Long deadline =
          debounce.limit().map(limit -> now + Moments.durationMillis(limit)).orElse(null);
      Enqueued result = EnqueueStore.insert(dsl, List.of(delayed(row, until, deadline))).getFirst();
      if (!(result instanceof Enqueued.Deduplicated other)) {
        return Enqueueing.idOf(row, result, options);
      }
      if (!DebounceStore.isWaiting(dsl, other.holderId(), row)) {
        throw taken(row);
      }
      // A call beside this one has made it since it was looked for.
    }
    throw taken(row);
  }

  private static QueueDeduplicatedException taken(StartRow row) {
    Queued queued = row.queued();
    return new QueueDeduplicatedException(
        row.workflowId(), queued.queueName(), Objects.requireNonNull(queued.deduplicationId()));
  }

  private static StartRow delayed(StartRow row, long until, @Nullable Long deadline) {
    Queued queued = row.queued();
    return new StartRow(
        row.workflowId(),
        row.name(),
        row.inputs(),
        row.format(),
        new Queued(
            queued.queueName(),
            queued.wanted(),
            queued.priority(),
            queued.deduplicationId(),
            queued.partitionKey(),
            deadline == null ? until : Math.min(until, deadline),
            new Origin(null, true, deadline)),
        row.terms(),
        row.createdAtMillis());
  }
}
