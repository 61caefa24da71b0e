/** Meters of workflows, steps and transactions for Micrometer. */
@org.jspecify.annotations.NullMarked
module dev.dbos.micrometer {
  requires transitive dev.dbos.core;
  requires transitive micrometer.core;

  exports dev.dbos.micrometer;
}
