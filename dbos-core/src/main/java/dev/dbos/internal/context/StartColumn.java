package dev.dbos.internal.context;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;

import dev.dbos.internal.context.StartRow.Assignment;
import dev.dbos.internal.context.StartRow.Queued;
import dev.dbos.workflow.WorkflowState;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * A column of a workflow that begins.
 *
 * @param type its type on PostgreSQL
 * @param target the column
 * @param value what is written into it
 */
public record StartColumn(
    String type, Field<?> target, Function<StartRow, @Nullable Object> value) {
  /** What says least: of one that begins here, on no terms. */
  private static final List<StartColumn> PLAIN =
      List.of(
          text(WORKFLOW_STATUS.WORKFLOW_UUID, StartRow::workflowId),
          text(WORKFLOW_STATUS.NAME, StartRow::name),
          text(WORKFLOW_STATUS.INPUTS, StartRow::inputs),
          text(WORKFLOW_STATUS.SERIALIZATION, StartRow::format),
          text(WORKFLOW_STATUS.EXECUTOR_ID, here(Assignment::executorId)),
          text(
              WORKFLOW_STATUS.APPLICATION_VERSION,
              placed(Assignment::applicationVersion, it -> it.wanted().applicationVersion())),
          text(
              WORKFLOW_STATUS.APPLICATION_NAME,
              placed(Assignment::applicationName, it -> it.wanted().applicationName())),
          text(WORKFLOW_STATUS.OWNER_XID, here(Assignment::runToken)),
          text(WORKFLOW_STATUS.PARENT_WORKFLOW_ID, row -> row.terms().parentId()),
          number(WORKFLOW_STATUS.CREATED_AT, StartRow::createdAtMillis),
          number(WORKFLOW_STATUS.UPDATED_AT, StartRow::createdAtMillis));

  private static final List<StartColumn> TERMS =
      List.of(
          number(WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS, row -> row.terms().timeoutMillis()),
          number(
              WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
              row -> row.terms().own().deadlineMillis()),
          text(WORKFLOW_STATUS.AUTHENTICATED_USER, row -> row.terms().own().user()),
          text(WORKFLOW_STATUS.ASSUMED_ROLE, row -> row.terms().own().assumedRole()),
          text(WORKFLOW_STATUS.AUTHENTICATED_ROLES, row -> row.terms().own().roles()),
          new StartColumn("jsonb", WORKFLOW_STATUS.ATTRIBUTES, row -> row.terms().attributes()));

  private static final List<StartColumn> PLACE =
      List.of(
          text(
              WORKFLOW_STATUS.STATUS,
              placed(here -> WorkflowState.PENDING.name(), StartColumn::waiting)),
          number(WORKFLOW_STATUS.RECOVERY_ATTEMPTS, placed(here -> 1L, queued -> 0L)),
          new StartColumn("int4", WORKFLOW_STATUS.PRIORITY, placed(here -> 0, Queued::priority)),
          text(WORKFLOW_STATUS.QUEUE_NAME, queued(Queued::queueName)),
          text(WORKFLOW_STATUS.DEDUPLICATION_ID, queued(Queued::deduplicationId)),
          text(WORKFLOW_STATUS.QUEUE_PARTITION_KEY, queued(Queued::partitionKey)),
          number(WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS, queued(Queued::delayUntilMillis)),
          text(WORKFLOW_STATUS.CLASS_NAME, queued(it -> it.wanted().className())),
          text(WORKFLOW_STATUS.CONFIG_NAME, queued(it -> it.wanted().instanceName())),
          text(WORKFLOW_STATUS.SCHEDULE_NAME, queued(it -> it.origin().scheduleName())),
          new StartColumn(
              "bool",
              WORKFLOW_STATUS.IS_DEBOUNCED,
              placed(here -> false, it -> it.origin().debounced())),
          number(
              WORKFLOW_STATUS.DEBOUNCE_DEADLINE_EPOCH_MS,
              queued(it -> it.origin().debounceDeadlineMillis())));

  /** What rows say beyond what all say. */
  public enum Extent {
    /** Nothing: they begin here. */
    NONE,
    /** Their limits of time, who called, attributes. */
    TERMS,
    /** Some wait in queues. */
    PLACES
  }

  private static final List<StartColumn> PLAIN_AND_TERMS =
      Stream.concat(PLAIN.stream(), TERMS.stream()).toList();
  private static final List<StartColumn> ALL =
      Stream.concat(PLAIN_AND_TERMS.stream(), PLACE.stream()).toList();

  /** What rows of this extent are written with. */
  public static List<StartColumn> of(Extent extent) {
    return switch (extent) {
      case NONE -> PLAIN;
      case TERMS -> PLAIN_AND_TERMS;
      case PLACES -> ALL;
    };
  }

  /** What all rows of this extent have in columns that are not among its {@link #of}. */
  public static Map<Field<?>, Field<?>> constants(Extent extent) {
    return extent == Extent.PLACES
        ? Map.of()
        : Map.of(
            WORKFLOW_STATUS.STATUS,
            inline(WorkflowState.PENDING.name()),
            WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
            inline(1L),
            WORKFLOW_STATUS.PRIORITY,
            inline(0));
  }

  /** The least that says all there is to say of these rows. */
  public static Extent extentOf(List<StartRow> rows) {
    Extent extent = Extent.NONE;
    for (StartRow row : rows) {
      if (row.placement() instanceof Queued) {
        return Extent.PLACES;
      }
      if (!row.terms().isPlain()) {
        extent = Extent.TERMS;
      }
    }
    return extent;
  }

  private static String waiting(Queued queued) {
    return queued.delayUntilMillis() == null
        ? WorkflowState.ENQUEUED.name()
        : WorkflowState.DELAYED.name();
  }

  private static StartColumn text(
      Field<String> column, Function<StartRow, @Nullable Object> value) {
    return new StartColumn("text", column, value);
  }

  private static StartColumn number(
      Field<Long> column, Function<StartRow, @Nullable Object> value) {
    return new StartColumn("int8", column, value);
  }

  private static Function<StartRow, @Nullable Object> here(
      Function<Assignment, @Nullable Object> value) {
    return placed(value, queued -> null);
  }

  private static Function<StartRow, @Nullable Object> queued(
      Function<Queued, @Nullable Object> value) {
    return placed(here -> null, value);
  }

  private static Function<StartRow, @Nullable Object> placed(
      Function<Assignment, @Nullable Object> here, Function<Queued, @Nullable Object> queued) {
    return row ->
        switch (row.placement()) {
          case Assignment assignment -> here.apply(assignment);
          case Queued waiting -> queued.apply(waiting);
        };
  }
}
