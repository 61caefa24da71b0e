package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.APPLICATION_VERSIONS;
import static dev.dbos.internal.schema.Tables.JAVA_DUTIES;
import static dev.dbos.internal.schema.Tables.JAVA_OUTBOXES;
import static dev.dbos.internal.schema.Tables.JAVA_SCHEDULES;
import static dev.dbos.internal.schema.Tables.QUEUES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_SCHEDULES;
import static org.jooq.impl.DSL.select;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;

/** What is stored of an application besides its workflows, and of its move to another database. */
public final class MoveStore {
  /** Held for ever, by where the database was moved to. */
  private static final String MOVED = "moved to";

  private MoveStore() {}

  /** What an application is configured with: found by its name, and owned by an application. */
  public record Named(ArchiveTable table, Field<String> owner) {}

  /** Versions, queues and schedules. */
  public static final List<Named> CONFIGURATION =
      List.of(
          new Named(
              ArchiveTable.of(APPLICATION_VERSIONS, APPLICATION_VERSIONS.VERSION_NAME),
              APPLICATION_VERSIONS.APPLICATION_NAME),
          new Named(ArchiveTable.of(QUEUES, QUEUES.NAME), QUEUES.APPLICATION_NAME),
          new Named(
              ArchiveTable.of(WORKFLOW_SCHEDULES, WORKFLOW_SCHEDULES.SCHEDULE_NAME),
              WORKFLOW_SCHEDULES.APPLICATION_NAME));

  /** What this library alone stores of schedules, by their ids. */
  public static final ArchiveTable OWN_OF_SCHEDULES =
      ArchiveTable.of(JAVA_SCHEDULES, JAVA_SCHEDULES.SCHEDULE_ID);

  /** What was taken out of each outbox last, without which it would be taken once more. */
  public static final ArchiveTable OUTBOXES = ArchiveTable.of(JAVA_OUTBOXES, JAVA_OUTBOXES.OUTBOX);

  /** The outboxes out of which something has been taken. */
  public static Set<String> outboxes(DSLContext dsl) {
    return dsl.select(JAVA_OUTBOXES.OUTBOX).from(JAVA_OUTBOXES).fetchSet(JAVA_OUTBOXES.OUTBOX);
  }

  /** The schedules that lack what this library alone stores of them. */
  public static Set<String> schedulesWithoutOwn(DSLContext dsl) {
    return dsl.select(WORKFLOW_SCHEDULES.SCHEDULE_ID)
        .from(WORKFLOW_SCHEDULES)
        .where(
            WORKFLOW_SCHEDULES.SCHEDULE_ID.notIn(
                select(JAVA_SCHEDULES.SCHEDULE_ID).from(JAVA_SCHEDULES)))
        .fetchSet(WORKFLOW_SCHEDULES.SCHEDULE_ID);
  }

  /** The names there are in a table, each with the application that owns it, or an empty text. */
  public static Map<String, String> owners(DSLContext dsl, Named named) {
    Map<String, String> owners = new HashMap<>();
    dsl.select(named.table().key(), named.owner())
        .from(named.table().table())
        .forEach(row -> owners.put(row.value1(), Optional.ofNullable(row.value2()).orElse("")));
    return owners;
  }

  /** All rows of a table; there are few. */
  public static List<Map<String, Object>> rows(DSLContext dsl, Named named) {
    List<Map<String, Object>> rows = new ArrayList<>();
    named.table().readAll(dsl, rows::add);
    return rows;
  }

  /** Where this database was moved to, or is being moved to; empty when it is in use. */
  public static Optional<String> target(DSLContext dsl) {
    return dsl.select(JAVA_DUTIES.HOLDER)
        .from(JAVA_DUTIES)
        .where(JAVA_DUTIES.NAME.eq(MOVED))
        .fetchOptional(JAVA_DUTIES.HOLDER);
  }

  /** Has nobody start on this database any more. */
  public static void mark(DSLContext dsl, String target) {
    dsl.insertInto(JAVA_DUTIES)
        .set(JAVA_DUTIES.NAME, MOVED)
        .set(JAVA_DUTIES.HOLDER, target)
        .set(JAVA_DUTIES.EXPIRES_AT, Long.MAX_VALUE)
        .onConflictDoNothing()
        .execute();
  }

  /** Lets this database be used again; returns whether it was marked. */
  public static boolean unmark(DSLContext dsl) {
    return dsl.deleteFrom(JAVA_DUTIES).where(JAVA_DUTIES.NAME.eq(MOVED)).execute() == 1;
  }
}
