/** dbos for Java. */
@org.jspecify.annotations.NullMarked
module dev.dbos.core {
  requires transitive java.sql;
  requires transitive org.jspecify;

  exports dev.dbos.datasource;
  exports dev.dbos.error;
}
