package dev.dbos.examples;

import static org.jooq.impl.DSL.table;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import org.jooq.DSLContext;

/** A step and a transaction. Kill it anywhere, start it again: Ada is greeted once. */
public final class FortyLines {
  private static final WorkflowDefinition<String, Integer> GREET =
      WorkflowDefinition.of("greet", String.class, Integer.class);

  private final JooqDatasource guests = JooqDatasource.create("sqlite:///guests.sqlite");

  private int greet(String name) {
    String line = Workflow.callStep("compose", () -> "Hello, " + name + "!"); // at least once
    return guests.callTransaction("write", tx -> insert(tx, line)); // exactly once
  }

  private static int insert(DSLContext tx, String line) {
    tx.execute("insert into guestbook (line) values (?)", line);
    return tx.fetchCount(table("guestbook"));
  }

  /** Greets Ada; started again, it returns what the first run returned. */
  public static void main(String[] arguments) {
    FortyLines program = new FortyLines();
    String table = "create table if not exists guestbook (line text)";
    program.guests.runTransaction("create table", tx -> tx.execute(table));
    try (program.guests;
        DBOS dbos = DBOS.builder("forty-lines").workflow(GREET, program::greet).launch()) {
      Integer lines = dbos.run(GREET, "Ada", StartOptions.id("greet-ada"));
      System.out.println("Lines in the guest book: " + lines);
    }
  }
}
