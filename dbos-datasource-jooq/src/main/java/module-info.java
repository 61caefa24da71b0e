/** A durable datasource whose transactions get a {@link org.jooq.DSLContext}. */
@org.jspecify.annotations.NullMarked
module dev.dbos.datasource.jooq {
  requires transitive dev.dbos.core;
  requires transitive org.jooq;
  requires static jakarta.xml.bind;

  exports dev.dbos.datasource.jooq;
}
