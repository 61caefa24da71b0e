package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;

import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowAggregation.Property;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowQuery.Trait;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Lists and counts workflows. */
public final class WorkflowListing {
  private static final Field<Integer> COUNT = DSL.count();
  private static final Field<Long> FIRST_CREATED = min(WORKFLOW_STATUS.CREATED_AT);
  private static final Field<Long> LONGEST_WAIT =
      max(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS.minus(WORKFLOW_STATUS.CREATED_AT));
  private static final Field<Long> LONGEST_LATENCY =
      max(WORKFLOW_STATUS.COMPLETED_AT.minus(WORKFLOW_STATUS.CREATED_AT));

  private final SystemDatabase systemDatabase;
  private final @Nullable String applicationName;

  /** Lists those of an application and of none, unless a query says otherwise; null for all. */
  public WorkflowListing(SystemDatabase systemDatabase, @Nullable String applicationName) {
    this.systemDatabase = systemDatabase;
    this.applicationName = applicationName;
  }

  private WorkflowFilters filters(WorkflowQuery query) {
    return new WorkflowFilters(query, systemDatabase.database().dialect(), applicationName);
  }

  /** The first workflows that a query asks for. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    WorkflowFilters filters = filters(query);
    return systemDatabase.readPayloads(
        dsl ->
            dsl.select(WorkflowRows.fields(PayloadStore.layout(dsl), query))
                .from(WORKFLOW_STATUS)
                .where(filters.all())
                .and(filters.afterCursor())
                .orderBy(order(query))
                .limit(query.limit())
                .fetch(WorkflowRows::status),
        found -> found.stream().anyMatch(WorkflowStore::lacksPayload));
  }

  private static List<OrderField<?>> order(WorkflowQuery query) {
    return query.has(Trait.NEWEST_FIRST)
        ? List.of(WORKFLOW_STATUS.CREATED_AT.desc(), WORKFLOW_STATUS.WORKFLOW_UUID.desc())
        : List.of(WORKFLOW_STATUS.CREATED_AT, WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** How many there are, whatever the query's limit and place. */
  public long count(WorkflowQuery query) {
    return systemDatabase.read(dsl -> (long) dsl.fetchCount(WORKFLOW_STATUS, filters(query).all()));
  }

  /** The groups of those that a query asks for, whatever its limit and place. */
  public List<WorkflowAggregate> aggregate(WorkflowQuery query, WorkflowAggregation grouping) {
    Field<Long> bucket = grouping.bucket().map(WorkflowListing::bucket).orElse(null);
    List<Field<?>> groups = new ArrayList<>();
    if (bucket != null) {
      groups.add(bucket);
    }
    List<Property> properties =
        grouping.properties().stream().sorted(Comparator.naturalOrder()).toList();
    properties.forEach(property -> groups.add(column(property)));
    List<Field<?>> columns = new ArrayList<>(groups);
    columns.addAll(List.of(COUNT, FIRST_CREATED, LONGEST_WAIT, LONGEST_LATENCY));
    return systemDatabase.read(
        dsl ->
            dsl.select(columns)
                .from(WORKFLOW_STATUS)
                .where(filters(query).all())
                .groupBy(groups)
                .orderBy(groups)
                .limit(grouping.limit())
                .fetch(row -> aggregate(row, properties, bucket)));
  }

  /** A literal, so that the same expression is recognized where it is selected and grouped by. */
  private static Field<Long> bucket(Duration period) {
    return WORKFLOW_STATUS.CREATED_AT.minus(
        WORKFLOW_STATUS.CREATED_AT.mod(inline(period.toMillis())));
  }

  private static Field<String> column(Property property) {
    return switch (property) {
      case STATUS -> WORKFLOW_STATUS.STATUS;
      case NAME -> WORKFLOW_STATUS.NAME;
      case QUEUE -> WORKFLOW_STATUS.QUEUE_NAME;
      case VERSION -> WORKFLOW_STATUS.APPLICATION_VERSION;
      case EXECUTOR -> WORKFLOW_STATUS.EXECUTOR_ID;
      case APPLICATION -> WORKFLOW_STATUS.APPLICATION_NAME;
    };
  }

  private static WorkflowAggregate aggregate(
      Record row, List<Property> properties, @Nullable Field<Long> bucket) {
    Map<Property, String> values = new EnumMap<>(Property.class);
    for (Property property : properties) {
      String value = row.get(column(property));
      if (value != null) {
        values.put(property, value);
      }
    }
    return new WorkflowAggregate(
        values,
        bucket == null ? null : WorkflowRows.instant(row.get(bucket)),
        row.get(COUNT),
        Instant.ofEpochMilli(row.get(FIRST_CREATED)),
        duration(row.get(LONGEST_WAIT)),
        duration(row.get(LONGEST_LATENCY)));
  }

  static @Nullable Duration duration(@Nullable Long millis) {
    return millis == null ? null : Duration.ofMillis(millis);
  }
}
