package dev.dbos.internal.operations;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Assignment;
import dev.dbos.internal.context.StartRow.Origin;
import dev.dbos.internal.context.StartRow.Queued;
import dev.dbos.internal.context.StartRow.Terms;
import dev.dbos.internal.context.StartRow.Wanted;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.text.StoredName;
import dev.dbos.internal.text.TimeOrderedId;
import dev.dbos.serialization.Arguments;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.Deduplication;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StartOptions.Delay;
import dev.dbos.workflow.StartOptions.Limit;
import dev.dbos.workflow.Target;
import dev.dbos.workflow.WorkflowDefinition;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** The rows of workflows that are to begin. */
public final class StartRows {
  private final SystemAccess access;

  /** Of workflows in the system database of {@code access}. */
  public StartRows(SystemAccess access) {
    this.access = access;
  }

  /**
   * What is started.
   *
   * @param name the workflow's name
   * @param input what it is given
   * @param inputType what that was declared as
   */
  public record Call(String name, @Nullable Object input, Type inputType) {
    /** A workflow of the caller's own definitions. */
    public static <I, O> Call of(WorkflowDefinition<I, O> definition, @Nullable I input) {
      return new Call(definition.name(), input, definition.inputType());
    }

    /**
     * A workflow by its name.
     *
     * @throws IllegalArgumentException when no workflow can have this name
     */
    public static Call of(String name, Arguments arguments) {
      return new Call(StoredName.require("name of a workflow", name), arguments, Arguments.class);
    }
  }

  /**
   * The row of a workflow that begins at once.
   *
   * @param parent the run that starts it, or null
   * @throws IllegalArgumentException when an option takes a queue
   */
  public StartRow here(
      Call call, StartOptions options, Assignment here, @Nullable WorkflowScope parent) {
    refuseQueueOptions(options);
    long now = access.clock().millis();
    Terms terms = terms(options, parent);
    Long timeout = terms.timeoutMillis();
    if (timeout != null) {
      terms =
          new Terms(
              terms.parentId(),
              timeout,
              terms.own().withDeadline(now + timeout),
              terms.attributes());
    }
    return row(call, options, here, terms, now);
  }

  /**
   * The row of a workflow that waits in a queue, without a name in the internal one.
   *
   * @param version the version that runs it unless the options name one, or null for the latest
   * @param parent the run that starts it, or null
   * @throws IllegalArgumentException when the options contradict each other
   */
  public StartRow queued(
      Call call, StartOptions options, @Nullable String version, @Nullable WorkflowScope parent) {
    if (options.deduplication().isPresent() && options.partitionKey().isPresent()) {
      throw new IllegalArgumentException(
          "Deduplication is not supported for partitioned queues: give the start of workflow "
              + call.name()
              + " either a deduplication id or a partition key.");
    }
    long now = access.times().enqueued().next(1);
    Target target = options.target();
    String application = target.application().orElse(access.applicationName());
    boolean own = application != null && application.equals(access.applicationName());
    Queued queued =
        new Queued(
            options.queue().orElse(ControlStore.INTERNAL_QUEUE),
            new Wanted(
                application,
                options.applicationVersion().orElse(own ? version : null),
                target.className().orElse(null),
                target.instanceName().orElse(null)),
            options.priority(),
            options.deduplication().map(Deduplication::id).orElse(null),
            options.partitionKey().orElse(null),
            delayUntil(options.delay()),
            Origin.CALL);
    return row(call, options, queued, terms(options, parent), now);
  }

  private StartRow row(
      Call call, StartOptions options, StartRow.Placement placement, Terms terms, long now) {
    return new StartRow(
        options.id().orElseGet(() -> TimeOrderedId.at(now)),
        call.name(),
        access.codec().portable().encodeInput(call.input(), call.inputType()),
        PortableJson.PORTABLE_JSON,
        placement,
        terms,
        now);
  }

  private static void refuseQueueOptions(StartOptions options) {
    if (options.priority() != 0
        || options.deduplication().isPresent()
        || options.partitionKey().isPresent()
        || options.delay() != Delay.None.ONE
        || options.applicationVersion().isPresent()
        || options.target() != Target.OWN) {
      throw new IllegalArgumentException(
          "Priority, deduplication, partition key, delay, application version and target are for"
              + " workflows that wait in a queue. Name one with withQueue(...).");
    }
  }

  private @Nullable Long delayUntil(Delay delay) {
    return switch (delay) {
      case Delay.None none -> null;
      case Delay.For wait -> access.clock().millis() + Moments.durationMillis(wait.duration());
      case Delay.Until moment -> Moments.millis(moment.instant());
      case Delay.Debounced calls ->
          throw new IllegalArgumentException(
              "Only what is enqueued can be debounced, by calls that see each other: "
                  + calls.debounce()
                  + ". Use enqueue, outside of a transaction.");
    };
  }

  /** With the deadline that is known before it begins. */
  private Terms terms(StartOptions options, @Nullable WorkflowScope parent) {
    Inheritance inherited = parent == null ? Inheritance.NONE : parent.inheritance();
    Long timeout =
        options.limit() instanceof Limit.Timeout limit
            ? (Long) Moments.durationMillis(limit.duration())
            : null;
    Long deadline =
        switch (options.limit()) {
          case Limit.Inherited same -> inherited.deadlineMillis();
          case Limit.Unlimited none -> null;
          case Limit.Timeout limit -> null;
          case Limit.Deadline limit -> (Long) Moments.millis(limit.instant());
        };
    return new Terms(
        parent == null ? null : parent.workflowId(),
        timeout,
        new Inheritance(
            deadline,
            options.authenticatedUser().orElse(inherited.user()),
            options.assumedRole().orElse(inherited.assumedRole()),
            options.authenticatedUser().isPresent() ? roles(options) : inherited.roles()),
        options.attributes().map(access.codec().limit()::require).orElse(null));
  }

  private static String roles(StartOptions options) {
    return PortableValues.JSON.encodeValue(options.authenticatedRoles());
  }
}
