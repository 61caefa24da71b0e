package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.when;

import dev.dbos.workflow.StepAggregate;
import dev.dbos.workflow.StepAggregation;
import dev.dbos.workflow.StepAggregation.Property;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Lists and counts finished steps. */
public final class StepListing {
  private static final Field<Integer> COUNT = count();
  private static final Field<Long> LONGEST =
      max(OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS.minus(OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS));
  private static final Field<String> STATE =
      when(OPERATION_OUTPUTS.ERROR.isNull(), inline(StepStatus.State.SUCCESS.name()))
          .otherwise(inline(StepStatus.State.ERROR.name()));

  private static final List<Field<?>> SMALL =
      List.of(
          OPERATION_OUTPUTS.FUNCTION_ID,
          OPERATION_OUTPUTS.FUNCTION_NAME,
          STATE,
          OPERATION_OUTPUTS.CHILD_WORKFLOW_ID,
          OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS,
          OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS);

  private final SystemDatabase systemDatabase;
  private final @Nullable String applicationName;

  /** Counts those of an application and of none; null for all. */
  public StepListing(SystemDatabase systemDatabase, @Nullable String applicationName) {
    this.systemDatabase = systemDatabase;
    this.applicationName = applicationName;
  }

  /** Steps of one workflow, in the order in which they were begun. */
  public List<StepStatus> list(String workflowId, StepQuery query) {
    List<Field<?>> columns = new ArrayList<>(SMALL);
    if (query.outputs()) {
      columns.add(OPERATION_OUTPUTS.OUTPUT);
      columns.add(OPERATION_OUTPUTS.ERROR);
      columns.add(OPERATION_OUTPUTS.SERIALIZATION);
    }
    return systemDatabase.read(
        dsl ->
            dsl.select(columns)
                .from(OPERATION_OUTPUTS)
                .where(OPERATION_OUTPUTS.WORKFLOW_UUID.eq(workflowId))
                .and(OPERATION_OUTPUTS.FUNCTION_ID.gt(query.afterStepId()))
                .and(filters(query))
                .orderBy(OPERATION_OUTPUTS.FUNCTION_ID)
                .limit(query.limit())
                .fetch(row -> step(row, query.outputs())));
  }

  /** The groups of steps of all workflows, whatever the query's limit and place. */
  public List<StepAggregate> aggregate(StepQuery query, StepAggregation grouping) {
    Field<Long> bucket = grouping.bucket().map(StepListing::bucket).orElse(null);
    List<Field<?>> groups = new ArrayList<>();
    if (bucket != null) {
      groups.add(bucket);
    }
    if (grouping.properties().contains(Property.NAME)) {
      groups.add(OPERATION_OUTPUTS.FUNCTION_NAME);
    }
    if (grouping.properties().contains(Property.STATUS)) {
      groups.add(STATE);
    }
    List<Field<?>> columns = new ArrayList<>(groups);
    columns.addAll(List.of(COUNT, LONGEST));
    return systemDatabase.read(
        dsl ->
            dsl.select(columns)
                .from(OPERATION_OUTPUTS)
                .where(ofApplication().and(filters(query)))
                .groupBy(groups)
                .orderBy(groups)
                .limit(grouping.limit())
                .fetch(row -> aggregate(row, grouping, bucket)));
  }

  private Condition ofApplication() {
    return applicationName == null
        ? noCondition()
        : OPERATION_OUTPUTS
            .APPLICATION_NAME
            .eq(applicationName)
            .or(OPERATION_OUTPUTS.APPLICATION_NAME.isNull());
  }

  private static Condition filters(StepQuery query) {
    Condition all = query.names().map(OPERATION_OUTPUTS.FUNCTION_NAME::in).orElse(noCondition());
    if (query.state().isPresent()) {
      all =
          all.and(
              switch (query.state().get()) {
                case SUCCESS -> OPERATION_OUTPUTS.ERROR.isNull();
                case ERROR -> OPERATION_OUTPUTS.ERROR.isNotNull();
              });
    }
    if (query.completedFrom().isPresent()) {
      long from = query.completedFrom().get().toEpochMilli();
      all = all.and(OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS.ge(from));
    }
    if (query.completedBefore().isPresent()) {
      long before = query.completedBefore().get().toEpochMilli();
      all = all.and(OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS.lt(before));
    }
    return all;
  }

  private static Field<Long> bucket(Duration period) {
    return OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS.minus(
        OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS.mod(inline(period.toMillis())));
  }

  private static StepStatus step(Record row, boolean withOutputs) {
    return new StepStatus(
        row.get(OPERATION_OUTPUTS.FUNCTION_ID),
        row.get(OPERATION_OUTPUTS.FUNCTION_NAME),
        withOutputs ? StepStore.payload(row) : null,
        StepStatus.State.valueOf(row.get(STATE)),
        row.get(OPERATION_OUTPUTS.CHILD_WORKFLOW_ID),
        WorkflowRows.instant(row.get(OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS)),
        WorkflowRows.instant(row.get(OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS)));
  }

  private static StepAggregate aggregate(
      Record row, StepAggregation grouping, @Nullable Field<Long> bucket) {
    return new StepAggregate(
        grouping.properties().contains(Property.NAME)
            ? row.get(OPERATION_OUTPUTS.FUNCTION_NAME)
            : null,
        grouping.properties().contains(Property.STATUS)
            ? StepStatus.State.valueOf(row.get(STATE))
            : null,
        bucket == null ? null : WorkflowRows.instant(row.get(bucket)),
        row.get(COUNT),
        WorkflowListing.duration(row.get(LONGEST)));
  }
}
