package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.or;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.substring;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.text.StoredName;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.WorkflowCursor;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowQuery.Bound;
import dev.dbos.workflow.WorkflowQuery.Criterion;
import dev.dbos.workflow.WorkflowQuery.Trait;
import dev.dbos.workflow.WorkflowState;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/** What a query asks for, as conditions on the rows of workflows. */
final class WorkflowFilters {
  private static final Type OBJECT = new TypeRef<Map<String, Object>>() {}.type();

  private final WorkflowQuery query;
  private final Dialect dialect;
  private final @Nullable String applicationName;

  WorkflowFilters(WorkflowQuery query, Dialect dialect, @Nullable String applicationName) {
    this.query = query;
    this.dialect = dialect;
    this.applicationName = applicationName;
  }

  /** All of them, the place where a page begins not included. */
  Condition all() {
    Condition all = ofApplication();
    for (Criterion criterion : Criterion.values()) {
      Set<String> values = query.values(criterion).orElse(null);
      if (values != null) {
        all = all.and(isOneOf(criterion, values));
      }
    }
    for (Bound bound : Bound.values()) {
      if (query.bound(bound).isPresent()) {
        all = all.and(within(bound, query.bound(bound).get().toEpochMilli()));
      }
    }
    for (Trait trait : Trait.values()) {
      if (query.has(trait)) {
        all = all.and(has(trait));
      }
    }
    return all.and(containsAttributes());
  }

  /** Lies behind the place where the page begins. */
  Condition afterCursor() {
    WorkflowCursor after = query.after().orElse(null);
    if (after == null) {
      return noCondition();
    }
    var place = row(WORKFLOW_STATUS.CREATED_AT, WORKFLOW_STATUS.WORKFLOW_UUID);
    var reached = row(val(after.createdAt().toEpochMilli()), val(after.workflowId()));
    return query.has(Trait.NEWEST_FIRST) ? place.lt(reached) : place.gt(reached);
  }

  private Condition ofApplication() {
    if (applicationName == null || query.has(Trait.ANY_APPLICATION)) {
      return noCondition();
    }
    return WORKFLOW_STATUS
        .APPLICATION_NAME
        .eq(applicationName)
        .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull());
  }

  private static Condition isOneOf(Criterion criterion, Set<String> values) {
    return switch (criterion) {
      case ID_PREFIX -> or(values.stream().map(WorkflowFilters::idBeginsWith).toList());
      case STATUS -> isInState(values);
      case ID -> WORKFLOW_STATUS.WORKFLOW_UUID.in(values);
      case NAME -> WORKFLOW_STATUS.NAME.in(values);
      case CLASS_NAME -> WORKFLOW_STATUS.CLASS_NAME.in(values);
      case INSTANCE_NAME -> WORKFLOW_STATUS.CONFIG_NAME.in(values);
      case VERSION -> WORKFLOW_STATUS.APPLICATION_VERSION.in(values);
      case USER -> WORKFLOW_STATUS.AUTHENTICATED_USER.in(values);
      case QUEUE -> WORKFLOW_STATUS.QUEUE_NAME.in(values);
      case EXECUTOR -> WORKFLOW_STATUS.EXECUTOR_ID.in(values);
      case FORKED_FROM -> WORKFLOW_STATUS.FORKED_FROM.in(values);
      case PARENT -> WORKFLOW_STATUS.PARENT_WORKFLOW_ID.in(values);
      case SCHEDULE -> WORKFLOW_STATUS.SCHEDULE_NAME.in(values);
      case DEDUPLICATION_ID -> WORKFLOW_STATUS.DEDUPLICATION_ID.in(values);
      case APPLICATION -> WORKFLOW_STATUS.APPLICATION_NAME.in(values);
    };
  }

  /** Not LIKE, which on SQLite takes upper and lower case for the same. */
  private static Condition idBeginsWith(String prefix) {
    int length = prefix.codePointCount(0, prefix.length());
    return substring(WORKFLOW_STATUS.WORKFLOW_UUID, inline(1), inline(length)).eq(prefix);
  }

  /** As literals, so that SQLite sees which of its partial indexes apply. */
  private static Condition isInState(Set<String> names) {
    Condition known =
        WORKFLOW_STATUS.STATUS.in(
            names.stream().filter(name -> !isUnknown(name)).map(name -> inline(name)).toList());
    if (names.stream().noneMatch(WorkflowFilters::isUnknown)) {
      return known;
    }
    List<String> all = Arrays.stream(WorkflowState.values()).map(Enum::name).toList();
    return known.or(WORKFLOW_STATUS.STATUS.isNull()).or(WORKFLOW_STATUS.STATUS.notIn(all));
  }

  private static boolean isUnknown(String state) {
    return state.equals(WorkflowState.UNKNOWN.name());
  }

  private static Condition within(Bound bound, long millis) {
    return switch (bound) {
      case CREATED_FROM -> WORKFLOW_STATUS.CREATED_AT.ge(millis);
      case CREATED_BEFORE -> WORKFLOW_STATUS.CREATED_AT.lt(millis);
      case COMPLETED_FROM -> WORKFLOW_STATUS.COMPLETED_AT.ge(millis);
      case COMPLETED_BEFORE -> WORKFLOW_STATUS.COMPLETED_AT.lt(millis);
      case DEQUEUED_FROM -> WORKFLOW_STATUS.STARTED_AT_EPOCH_MS.ge(millis);
      case DEQUEUED_BEFORE -> WORKFLOW_STATUS.STARTED_AT_EPOCH_MS.lt(millis);
    };
  }

  private static Condition has(Trait trait) {
    return switch (trait) {
      case QUEUED ->
          WORKFLOW_STATUS
              .QUEUE_NAME
              .isNotNull()
              .and(isInState(Set.of("ENQUEUED", "PENDING", "DELAYED")));
      case FORKED -> WORKFLOW_STATUS.WAS_FORKED_FROM.isTrue();
      case NOT_FORKED -> WORKFLOW_STATUS.WAS_FORKED_FROM.isFalse();
      case CHILD -> WORKFLOW_STATUS.PARENT_WORKFLOW_ID.isNotNull();
      case ROOT -> WORKFLOW_STATUS.PARENT_WORKFLOW_ID.isNull();
      case ANY_APPLICATION, NEWEST_FIRST, INPUTS, OUTPUTS -> noCondition();
    };
  }

  @SuppressWarnings("unchecked") // read as that very type
  private Condition containsAttributes() {
    if (query.attributes().isEmpty()) {
      return noCondition();
    }
    String json =
        StoredName.requireJson("attributes", PortableValues.JSON.encodeValue(query.attributes()));
    Object wanted = PortableValues.read(json, OBJECT);
    return wanted == null
        ? noCondition()
        : dialect.contains(WORKFLOW_STATUS.ATTRIBUTES, (Map<String, ?>) wanted, json);
  }
}
