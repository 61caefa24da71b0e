/**
 * Durable workflows and exactly-once transactions.
 *
 * <p>{@code dev.dbos} is the way in; the packages it uses in its signatures are exported with it.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // the adapters named below are built after this
module dev.dbos.core {
  requires transitive com.zaxxer.hikari;
  requires transitive java.sql;
  requires transitive org.jooq;
  requires transitive org.jspecify;
  requires com.cronutils;
  requires org.slf4j;
  requires tools.jackson.databind;
  requires static jakarta.xml.bind;
  requires static liquibase.core;
  requires static org.snakeyaml.engine.v2;
  requires static org.checkerframework.checker.qual;
  requires static org.postgresql.jdbc;
  requires static org.xerial.sqlitejdbc;

  exports dev.dbos;
  exports dev.dbos.admin;
  exports dev.dbos.configuration;
  exports dev.dbos.datasource;
  exports dev.dbos.error;
  exports dev.dbos.liquibase;
  exports dev.dbos.observe;
  exports dev.dbos.serialization;
  exports dev.dbos.tables;
  exports dev.dbos.workflow;
  exports dev.dbos.datasource.spi to
      dev.dbos.datasource.jdbc,
      dev.dbos.datasource.jooq;
}
