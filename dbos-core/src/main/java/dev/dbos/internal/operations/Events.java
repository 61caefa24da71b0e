package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.EventStore;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.text.StoredName;
import dev.dbos.internal.watch.Channel;
import dev.dbos.internal.watch.Condition;
import dev.dbos.internal.watch.Topic;
import dev.dbos.internal.watch.Watch;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowState;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What workflows publish under keys. */
public final class Events {
  private static final String SET = "DBOS.setEvent";
  private static final String GET = "DBOS.getEvent";
  private static final String GET_ALL = "DBOS.getAllEvents";

  private final SystemAccess access;

  /** The events of the workflows of a system database. */
  public Events(SystemAccess access) {
    this.access = access;
  }

  /** Publishes a value of the workflow whose body or step this thread is in. */
  public void set(String operation, String key, @Nullable Object value) {
    StoredName.require("key of an event", key);
    Payload payload = access.codec().portableOutput(value);
    Own own = Own.of(operation, access);
    own.write(SET, (dsl, stepId) -> set(dsl, own, stepId, key, payload));
    access.watcher().changed(Topic.of(Channel.EVENTS, new Named(own.workflowId(), key)));
  }

  private static Payload set(DSLContext dsl, Own own, int stepId, String key, Payload value) {
    EventStore.set(dsl, own.workflowId(), stepId, key, value);
    return Payload.NOTHING;
  }

  /** Waits for a value; empty when none comes in time or ever. */
  @SuppressWarnings("unchecked") // decoded as this very type
  public <T> Optional<T> get(String operation, Named event, Type type, Duration timeout) {
    Payload value =
        switch (Ambient.current()) {
          case Ambient.InWorkflow workflow -> asStep(workflow.scope(), event, timeout);
          case Ambient.InTransaction transaction ->
              throw Recorded.refusedIn(transaction, operation);
          case Ambient.InStep step -> await(event, Patience.ofThread(event.workflowId(), timeout));
          case null -> await(event, Patience.ofThread(event.workflowId(), timeout));
        };
    String what = "Event " + event.name() + " of workflow " + event.workflowId();
    return Optional.ofNullable((T) PortableJson.decode(value, what, type));
  }

  private Payload asStep(WorkflowScope scope, Named event, Duration timeout) {
    int stepId = scope.takeStepId();
    int timeoutId = scope.takeStepId();
    Payload counts =
        Recorded.payload(
            scope, stepId, GET, () -> await(event, Patience.durable(scope, timeoutId, timeout)));
    return counts.isError() ? scope.codec().<Payload, RuntimeException>replay(counts) : counts;
  }

  private Payload await(Named event, Patience patience) {
    while (true) {
      try (Watch watch =
          access
              .watcher()
              .watch(new Condition.Event(event), new Condition.Final(event.workflowId()))) {
        EventStore.Found found =
            patience
                .read(access, dsl -> EventStore.find(dsl, event.workflowId(), event.name()))
                .orElseThrow(() -> unknown(event));
        if (found.value() != null) {
          return found.value();
        }
        if (neverGoesOn(found.state()) || !patience.await(watch.told())) {
          return PortableValues.output(null);
        }
      }
    }
  }

  private static boolean neverGoesOn(WorkflowState state) {
    return state == WorkflowState.SUCCESS || state == WorkflowState.ERROR;
  }

  private static UnknownWorkflowException unknown(Named event) {
    return new UnknownWorkflowException(
        "There is no workflow with id "
            + event.workflowId()
            + " in the system database, so nobody will set its event "
            + event.name()
            + ". Start it first, or check the id.",
        event.workflowId());
  }

  /** The latest value of every key. */
  public List<WorkflowEvent> latest(String operation, String workflowId) {
    return all(operation, dsl -> EventStore.latest(dsl, workflowId));
  }

  /** Every value that was ever set. */
  public List<WorkflowEvent> history(String operation, String workflowId) {
    return all(operation, dsl -> EventStore.history(dsl, workflowId));
  }

  /** An event in the form in which a step records it. */
  private record Copy(
      String key, @Nullable String text, @Nullable String format, @Nullable Integer stepId) {
    static Copy of(WorkflowEvent event) {
      Payload payload = event.payload();
      Integer stepId = event.stepId().isPresent() ? event.stepId().getAsInt() : null;
      return new Copy(event.key(), payload.outputText(), payload.format(), stepId);
    }

    WorkflowEvent event() {
      return new WorkflowEvent(key, new Payload(text, null, format), stepId);
    }
  }

  private List<WorkflowEvent> all(
      String operation, Function<DSLContext, List<WorkflowEvent>> query) {
    List<Copy> copies =
        Recorded.call(
            operation,
            GET_ALL,
            new TypeRef<List<Copy>>() {}.type(),
            () -> access.systemDatabase().read(query).stream().map(Copy::of).toList());
    return copies.stream().map(Copy::event).toList();
  }
}
