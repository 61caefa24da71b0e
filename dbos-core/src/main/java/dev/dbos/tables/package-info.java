/**
 * Workflows and steps as jOOQ tables, for reports of your own: joined with your tables where they
 * are in one database, with any {@code DSLContext}, on PostgreSQL and SQLite. To be read only.
 *
 * <pre>{@code
 * dsl.select(WORKFLOWS.name(), max(WORKFLOWS.latency()))
 *     .from(WORKFLOWS.table())
 *     .where(WORKFLOWS.state().eq(WorkflowState.SUCCESS))
 *     .groupBy(WORKFLOWS.name())
 * }</pre>
 */
@NullMarked
package dev.dbos.tables;

import org.jspecify.annotations.NullMarked;
