package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.store.StreamStore;
import dev.dbos.internal.store.StreamStore.Place;
import dev.dbos.internal.watch.Condition;
import dev.dbos.internal.watch.Watch;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Reads a stream value by value, some ahead where that is not to be recorded. */
final class StoredStream<T extends @Nullable Object> implements StreamReader<T> {
  private static final String READ = "DBOS.readStreamOffset";
  private static final int AHEAD = 100;

  private final SystemAccess access;
  private final String operation;
  private final Named stream;
  private final Type type;
  private final @Nullable Duration valueTimeout;
  private final Iterator<T> iterator = new Values();
  private final Queue<Payload> ahead = new ArrayDeque<>();
  private int offset;
  private boolean ended;
  private volatile boolean closed;
  private volatile @Nullable Watch waiting;

  StoredStream(
      SystemAccess access, String operation, Named stream, Type type, StreamOptions options) {
    this.access = access;
    this.operation = operation;
    this.stream = stream;
    this.type = type;
    this.valueTimeout = options.valueTimeout().orElse(null);
    this.offset = options.offset();
  }

  @Override
  public Iterator<T> iterator() {
    return iterator;
  }

  private final class Values implements Iterator<T> {
    @Override
    public boolean hasNext() {
      return awaitNext();
    }

    @Override
    public T next() {
      return takeNext();
    }
  }

  private boolean awaitNext() {
    if (closed || ended) {
      return false;
    }
    if (ahead.isEmpty()) {
      ahead.addAll(
          switch (Ambient.current()) {
            case Ambient.InWorkflow workflow -> List.of(asStep(workflow.scope()));
            case Ambient.InTransaction transaction ->
                throw Recorded.refusedIn(transaction, operation);
            case Ambient.InStep step -> await(AHEAD);
            case null -> await(AHEAD);
          });
    }
    if (closed) {
      return false;
    }
    ended = StreamStore.isEnd(ahead.element());
    return !ended;
  }

  @SuppressWarnings("unchecked") // decoded as this very type
  private T takeNext() {
    if (!awaitNext()) {
      throw new NoSuchElementException(
          "Stream " + stream.name() + " of workflow " + stream.workflowId() + " has ended.");
    }
    Payload value = ahead.remove();
    String what =
        "Value " + offset + " of stream " + stream.name() + " of workflow " + stream.workflowId();
    offset++;
    return StepCodec.asDeclared((T) PortableJson.decode(value, what, type));
  }

  private Payload asStep(WorkflowScope scope) {
    Payload counts = Recorded.payload(scope, scope.takeStepId(), READ, () -> await(1).getFirst());
    return counts.isError() ? scope.codec().<Payload, RuntimeException>replay(counts) : counts;
  }

  /** The next values; the last one may be the end. */
  private List<Payload> await(int limit) {
    Patience patience = Patience.ofThread(stream.workflowId(), valueTimeout);
    Place next = new Place(stream, offset);
    while (true) {
      try (Watch watch =
          access
              .watcher()
              .watch(new Condition.Entry(next), new Condition.Ended(stream.workflowId()))) {
        waiting = watch;
        StreamStore.Found found =
            patience
                .read(access, dsl -> StreamStore.read(dsl, next, limit))
                .orElseThrow(this::unknown);
        if (!found.values().isEmpty()) {
          return found.values();
        }
        // A workflow that was cancelled may have written on for a while; that has been read.
        if (closed || found.state().isTerminal()) {
          return List.of(StreamStore.END);
        }
        if (!patience.await(watch.told())) {
          throw timedOut();
        }
      } finally {
        waiting = null;
      }
    }
  }

  private UnknownWorkflowException unknown() {
    return new UnknownWorkflowException(
        "There is no workflow with id "
            + stream.workflowId()
            + " in the system database whose stream "
            + stream.name()
            + " could be read. Check the id.",
        stream.workflowId());
  }

  private WaitTimeoutException timedOut() {
    Duration waited = valueTimeout == null ? Duration.ZERO : valueTimeout;
    return new WaitTimeoutException(
        "No value came on stream "
            + stream.name()
            + " of workflow "
            + stream.workflowId()
            + " within "
            + waited.toMillis()
            + " ms; the next one is awaited at offset "
            + offset
            + ".",
        stream.workflowId(),
        waited);
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public void close() {
    closed = true;
    Watch watch = waiting;
    if (watch != null) {
      watch.told().complete(null);
    }
  }
}
