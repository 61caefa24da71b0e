/** dbos for Java. */
module dev.dbos.core {}
