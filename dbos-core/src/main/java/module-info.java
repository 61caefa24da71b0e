/** dbos for Java. */
@org.jspecify.annotations.NullMarked
module dev.dbos.core {
  requires transitive org.jspecify;

  exports dev.dbos.error;
}
