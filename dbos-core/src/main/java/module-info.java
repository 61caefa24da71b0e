/**
 * Durable workflows and exactly-once transactions.
 *
 * <p>{@code dev.dbos} is the way in; the packages it uses in its signatures are exported with it.
 */
@org.jspecify.annotations.NullMarked
module dev.dbos.core {
  requires transitive java.sql;
  requires org.jooq;
  requires transitive org.jspecify;
  requires org.slf4j;
  requires tools.jackson.databind;
  requires static liquibase.core;

  exports dev.dbos.datasource;
  exports dev.dbos.error;
  exports dev.dbos.liquibase;
  exports dev.dbos.serialization;
}
