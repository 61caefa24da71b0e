package dev.dbos.tables;

import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.CustomQueryPart;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** A system table under an alias, and how its columns are read. */
final class Columns {
  private static final DataType<Instant> MOMENT =
      SQLDataType.BIGINT.asConvertedDataType(
          Converter.ofNullable(
              Long.class, Instant.class, Instant::ofEpochMilli, Instant::toEpochMilli));
  private static final Converter<Long, Duration> DURATION =
      Converter.ofNullable(Long.class, Duration.class, Duration::ofMillis, Duration::toMillis);
  private static final DataType<WorkflowState> STATE =
      SQLDataType.VARCHAR.asConvertedDataType(
          Converter.ofNullable(
              String.class, WorkflowState.class, WorkflowState::of, WorkflowState::name));

  private final String schema;
  private final String tableName;
  private final String alias;

  Columns(String schema, String tableName, String alias) {
    this.schema = schema;
    this.tableName = tableName;
    this.alias = alias;
  }

  Columns in(String otherSchema) {
    return new Columns(otherSchema, tableName, alias);
  }

  Columns as(String otherAlias) {
    return new Columns(schema, tableName, otherAlias);
  }

  /** Without the schema on SQLite, which has none; only there is it known what renders it. */
  Table<Record> table() {
    CustomQueryPart qualified =
        CustomQueryPart.of(
            context ->
                context.visit(
                    context.family() == SQLDialect.SQLITE
                        ? DSL.name(tableName)
                        : DSL.name(schema, tableName)));
    return DSL.table("{0}", qualified).as(DSL.name(alias));
  }

  Field<String> text(String column) {
    return of(column, SQLDataType.CLOB);
  }

  Field<Instant> moment(String column) {
    return of(column, MOMENT);
  }

  Field<WorkflowState> state(String column) {
    return of(column, STATE);
  }

  /** The time between two moments, to the millisecond. */
  Field<Duration> between(String from, String to) {
    return of(to, SQLDataType.BIGINT).minus(of(from, SQLDataType.BIGINT)).convert(DURATION);
  }

  <T> Field<T> of(String column, DataType<T> type) {
    return DSL.field(DSL.name(alias, column), type);
  }
}
