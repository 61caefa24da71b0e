/** dbos for Java. */
@org.jspecify.annotations.NullMarked
module dev.dbos.core {
  requires transitive java.sql;
  requires transitive org.jspecify;
  requires org.slf4j;
  requires static liquibase.core;

  exports dev.dbos.datasource;
  exports dev.dbos.error;
  exports dev.dbos.liquibase;
}
