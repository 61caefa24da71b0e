/** dbos for Java. */
@org.jspecify.annotations.NullMarked
module dev.dbos.core {
  requires transitive org.jspecify;
  requires java.sql;
  requires tools.jackson.databind;

  exports dev.dbos.error;
  exports dev.dbos.serialization;
}
