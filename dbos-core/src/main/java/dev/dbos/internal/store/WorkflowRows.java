package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowQuery.Trait;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import dev.dbos.workflow.WorkflowStatus.Caller;
import dev.dbos.workflow.WorkflowStatus.Content;
import dev.dbos.workflow.WorkflowStatus.Origin;
import dev.dbos.workflow.WorkflowStatus.Progress;
import dev.dbos.workflow.WorkflowStatus.Queueing;
import dev.dbos.workflow.WorkflowStatus.Settings;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** The columns of workflows, and what their values stand for, whoever wrote them. */
final class WorkflowRows {
  private static final Type ROLES = new TypeRef<List<String>>() {}.type();

  private static final List<Field<?>> SMALL =
      List.of(
          WORKFLOW_STATUS.WORKFLOW_UUID,
          WORKFLOW_STATUS.NAME,
          WORKFLOW_STATUS.STATUS,
          WORKFLOW_STATUS.SERIALIZATION,
          WORKFLOW_STATUS.APPLICATION_NAME,
          WORKFLOW_STATUS.APPLICATION_VERSION,
          WORKFLOW_STATUS.EXECUTOR_ID,
          WORKFLOW_STATUS.PARENT_WORKFLOW_ID,
          WORKFLOW_STATUS.FORKED_FROM,
          WORKFLOW_STATUS.WAS_FORKED_FROM,
          WORKFLOW_STATUS.SCHEDULE_NAME,
          WORKFLOW_STATUS.AUTHENTICATED_USER,
          WORKFLOW_STATUS.ASSUMED_ROLE,
          WORKFLOW_STATUS.AUTHENTICATED_ROLES,
          WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
          WORKFLOW_STATUS.CREATED_AT,
          WORKFLOW_STATUS.UPDATED_AT,
          WORKFLOW_STATUS.STARTED_AT_EPOCH_MS,
          WORKFLOW_STATUS.COMPLETED_AT,
          WORKFLOW_STATUS.CLASS_NAME,
          WORKFLOW_STATUS.CONFIG_NAME,
          WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS,
          WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
          WORKFLOW_STATUS.ATTRIBUTES,
          WORKFLOW_STATUS.QUEUE_NAME,
          WORKFLOW_STATUS.PRIORITY,
          WORKFLOW_STATUS.DEDUPLICATION_ID,
          WORKFLOW_STATUS.QUEUE_PARTITION_KEY,
          WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS,
          WORKFLOW_STATUS.DEBOUNCE_DEADLINE_EPOCH_MS);

  private static final Map<PayloadLayout, List<Field<?>>> WITH_OUTPUTS =
      lists(
          layout ->
              concat(SMALL, List.of(PayloadStore.output(layout), PayloadStore.error(layout))));
  private static final Map<PayloadLayout, List<Field<?>>> ALL =
      lists(layout -> concat(withOutputs(layout), List.of(PayloadStore.inputs(layout))));

  private WorkflowRows() {}

  private static Map<PayloadLayout, List<Field<?>>> lists(
      Function<PayloadLayout, List<Field<?>>> fields) {
    Map<PayloadLayout, List<Field<?>>> lists = new EnumMap<>(PayloadLayout.class);
    for (PayloadLayout layout : PayloadLayout.values()) {
      lists.put(layout, fields.apply(layout));
    }
    return lists;
  }

  /** Everything but the input. */
  static List<Field<?>> withOutputs(PayloadLayout layout) {
    return Objects.requireNonNull(WITH_OUTPUTS.get(layout));
  }

  /** Everything. */
  static List<Field<?>> all(PayloadLayout layout) {
    return Objects.requireNonNull(ALL.get(layout));
  }

  private static List<Field<?>> concat(List<Field<?>> some, List<Field<?>> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /** The columns to read: what may be large only when it is asked for. */
  static List<Field<?>> fields(PayloadLayout layout, WorkflowQuery query) {
    List<Field<?>> some = query.has(Trait.OUTPUTS) ? withOutputs(layout) : SMALL;
    return query.has(Trait.INPUTS) ? concat(some, List.of(PayloadStore.inputs(layout))) : some;
  }

  /** The workflow in a row that has the columns of one of the lists above. */
  static WorkflowStatus status(Record row) {
    String state = row.get(WORKFLOW_STATUS.STATUS);
    return new WorkflowStatus(
        row.get(WORKFLOW_STATUS.WORKFLOW_UUID),
        Objects.requireNonNullElse(row.get(WORKFLOW_STATUS.NAME), ""),
        WorkflowState.of(state),
        content(row),
        origin(row),
        progress(row, state),
        settings(row));
  }

  private static Content content(Record row) {
    String format = row.get(WORKFLOW_STATUS.SERIALIZATION);
    Payload input =
        row.field(WORKFLOW_STATUS.INPUTS) == null
            ? null
            : new Payload(row.get(WORKFLOW_STATUS.INPUTS), null, format);
    Payload outcome =
        row.field(WORKFLOW_STATUS.OUTPUT) == null
            ? null
            : new Payload(row.get(WORKFLOW_STATUS.OUTPUT), row.get(WORKFLOW_STATUS.ERROR), format);
    return new Content(input, outcome);
  }

  private static Origin origin(Record row) {
    return new Origin(
        row.get(WORKFLOW_STATUS.APPLICATION_NAME),
        row.get(WORKFLOW_STATUS.APPLICATION_VERSION),
        row.get(WORKFLOW_STATUS.EXECUTOR_ID),
        row.get(WORKFLOW_STATUS.PARENT_WORKFLOW_ID),
        row.get(WORKFLOW_STATUS.FORKED_FROM),
        row.get(WORKFLOW_STATUS.SCHEDULE_NAME),
        new Caller(
            noneIfEmpty(row.get(WORKFLOW_STATUS.AUTHENTICATED_USER)),
            noneIfEmpty(row.get(WORKFLOW_STATUS.ASSUMED_ROLE)),
            roles(row.get(WORKFLOW_STATUS.AUTHENTICATED_ROLES))));
  }

  private static Progress progress(Record row, @Nullable String state) {
    Long attempts = row.get(WORKFLOW_STATUS.RECOVERY_ATTEMPTS);
    return new Progress(
        state,
        attempts == null ? 0 : attempts,
        Instant.ofEpochMilli(row.get(WORKFLOW_STATUS.CREATED_AT)),
        Instant.ofEpochMilli(row.get(WORKFLOW_STATUS.UPDATED_AT)),
        instant(row.get(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS)),
        instant(row.get(WORKFLOW_STATUS.COMPLETED_AT)),
        Boolean.TRUE.equals(row.get(WORKFLOW_STATUS.WAS_FORKED_FROM)));
  }

  private static Settings settings(Record row) {
    Long timeoutMillis = row.get(WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS);
    JSONB attributes = row.get(WORKFLOW_STATUS.ATTRIBUTES);
    return new Settings(
        noneIfEmpty(row.get(WORKFLOW_STATUS.CLASS_NAME)),
        noneIfEmpty(row.get(WORKFLOW_STATUS.CONFIG_NAME)),
        timeoutMillis == null ? null : Duration.ofMillis(timeoutMillis),
        instant(row.get(WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS)),
        attributes == null ? null : attributes.data(),
        queueing(row));
  }

  private static Queueing queueing(Record row) {
    Integer priority = row.get(WORKFLOW_STATUS.PRIORITY);
    return new Queueing(
        row.get(WORKFLOW_STATUS.QUEUE_NAME),
        priority == null ? 0 : priority,
        row.get(WORKFLOW_STATUS.DEDUPLICATION_ID),
        row.get(WORKFLOW_STATUS.QUEUE_PARTITION_KEY),
        instant(row.get(WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS)),
        instant(row.get(WORKFLOW_STATUS.DEBOUNCE_DEADLINE_EPOCH_MS)));
  }

  /** Some implementations write nothing as an empty string. */
  private static @Nullable String noneIfEmpty(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** Whatever is not a list of names, an empty text or a lone null for instance, is none. */
  @SuppressWarnings("unchecked") // read as that very type
  private static List<String> roles(@Nullable String json) {
    try {
      List<String> roles = (List<String>) PortableValues.read(json, ROLES);
      return roles == null ? List.of() : roles.stream().filter(Objects::nonNull).toList();
    } catch (SerializationException unreadable) {
      return List.of();
    }
  }

  static @Nullable Instant instant(@Nullable Long epochMillis) {
    return epochMillis == null ? null : Instant.ofEpochMilli(epochMillis);
  }
}
