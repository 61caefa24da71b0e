/** Spans of workflows, steps and transactions for OpenTelemetry. */
@org.jspecify.annotations.NullMarked
module dev.dbos.opentelemetry {
  requires transitive dev.dbos.core;
  requires transitive io.opentelemetry.api;
  requires io.opentelemetry.context;

  exports dev.dbos.opentelemetry;
}
