/** A durable datasource whose transactions get a {@link java.sql.Connection}. */
@org.jspecify.annotations.NullMarked
module dev.dbos.datasource.jdbc {
  requires transitive dev.dbos.core;

  exports dev.dbos.datasource.jdbc;
}
