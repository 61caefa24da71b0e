package dev.dbos.internal.outbox;

import static dev.dbos.internal.schema.Tables.DATASOURCE_OUTBOX;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.min;

import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one outbox, {@code datasource_outbox} in a user's database. One of them is no entry:
 * it holds the outbox's name, which so is the same to all who reach the table, however they do.
 */
final class OutboxRows {
  private static final String NAME_OF_OUTBOX = "outbox";

  /** The first of the two numbers of an advisory lock; the other one stands for the key. */
  private static final int KEY_LOCKS = 1234567892;

  private final Dialect dialect;
  private final DSLContext template;

  OutboxRows(Dialect dialect, String schema) {
    this.dialect = dialect;
    this.template = SystemDsl.of(dialect, schema);
  }

  private DSLContext on(Connection connection) {
    return DSL.using(template.configuration().derive(new DefaultConnectionProvider(connection)));
  }

  /** The outbox's name, which it is given by whoever asks first. */
  String name(Connection connection) {
    DSLContext dsl = on(connection);
    Optional<String> known = storedName(dsl);
    if (known.isEmpty()) {
      dsl.insertInto(DATASOURCE_OUTBOX)
          .set(DATASOURCE_OUTBOX.ENTRY, NAME_OF_OUTBOX)
          .set(DATASOURCE_OUTBOX.KIND, NAME_OF_OUTBOX)
          .set(DATASOURCE_OUTBOX.PAYLOAD, UUID.randomUUID().toString())
          .set(DATASOURCE_OUTBOX.CREATED_AT, 0L)
          .onConflictDoNothing()
          .execute();
    }
    return known.or(() -> storedName(dsl)).orElseThrow();
  }

  private static Optional<String> storedName(DSLContext dsl) {
    return dsl.select(DATASOURCE_OUTBOX.PAYLOAD)
        .from(DATASOURCE_OUTBOX)
        .where(DATASOURCE_OUTBOX.ENTRY.eq(NAME_OF_OUTBOX))
        .fetchOptional(DATASOURCE_OUTBOX.PAYLOAD);
  }

  /** Writes an entry for an application, or for whichever when that is null. */
  void insert(Connection connection, @Nullable String applicationName, Entry entry) {
    on(connection)
        .insertInto(DATASOURCE_OUTBOX)
        .set(DATASOURCE_OUTBOX.ENTRY, entry.id())
        .set(DATASOURCE_OUTBOX.KIND, entry.kind())
        .set(DATASOURCE_OUTBOX.APPLICATION_NAME, applicationName)
        .set(DATASOURCE_OUTBOX.ORDER_KEY, entry.orderKey())
        .set(DATASOURCE_OUTBOX.WORKFLOW_ID, entry.workflowId())
        .set(DATASOURCE_OUTBOX.PAYLOAD, entry.payload())
        .set(DATASOURCE_OUTBOX.CREATED_AT, entry.createdAtMillis())
        .execute();
  }

  /**
   * Gives entries their place in the order of commits: from here on nobody who has one of the same
   * keys gets a place, until this transaction has ended. Where one transaction writes at a time
   * they have it already.
   *
   * @param keysByEntry in the order in which they were written
   */
  void settleOrder(Connection connection, Map<String, String> keysByEntry) {
    if (!(dialect instanceof Dialect.Postgres postgres) || postgres.isCockroach()) {
      return;
    }
    DSLContext dsl = on(connection);
    // In one order for everybody, so that nobody waits for each other.
    Integer[] locks =
        keysByEntry.values().stream()
            .map(String::hashCode)
            .distinct()
            .sorted()
            .toArray(Integer[]::new);
    dsl.fetch(
        "SELECT pg_advisory_xact_lock({0}, k) FROM unnest({1}) AS k",
        DSL.inline(KEY_LOCKS), DSL.val(locks));
    dsl.batch(
            keysByEntry.keySet().stream()
                .map(
                    entry ->
                        dsl.update(DATASOURCE_OUTBOX)
                            .set(
                                DATASOURCE_OUTBOX.POSITION,
                                DSL.default_(DATASOURCE_OUTBOX.POSITION))
                            .where(DATASOURCE_OUTBOX.ENTRY.eq(entry)))
                .toList())
        .execute();
  }

  /** The first entries of an application, or of none, that wait, in their order. */
  List<Entry> waiting(Connection connection, @Nullable String applicationName, int limit) {
    return on(connection)
        .select(
            DATASOURCE_OUTBOX.ENTRY,
            DATASOURCE_OUTBOX.KIND,
            DATASOURCE_OUTBOX.WORKFLOW_ID,
            DATASOURCE_OUTBOX.ORDER_KEY,
            DATASOURCE_OUTBOX.PAYLOAD,
            DATASOURCE_OUTBOX.CREATED_AT)
        .from(DATASOURCE_OUTBOX)
        .where(isMine(applicationName))
        .and(DATASOURCE_OUTBOX.FAILED_AT.isNull())
        .orderBy(DATASOURCE_OUTBOX.POSITION)
        .limit(limit)
        .fetch(
            row ->
                new Entry(
                    row.value1(),
                    row.value2(),
                    row.value3(),
                    row.value4(),
                    row.value5(),
                    row.value6()));
  }

  /** Mine or unclaimed. */
  private static Condition isMine(@Nullable String applicationName) {
    Condition entry = DATASOURCE_OUTBOX.KIND.ne(NAME_OF_OUTBOX);
    return applicationName == null
        ? entry
        : entry.and(
            DATASOURCE_OUTBOX
                .APPLICATION_NAME
                .eq(applicationName)
                .or(DATASOURCE_OUTBOX.APPLICATION_NAME.isNull()));
  }

  void delete(Connection connection, Collection<String> entries) {
    on(connection)
        .deleteFrom(DATASOURCE_OUTBOX)
        .where(DATASOURCE_OUTBOX.ENTRY.in(entries))
        .execute();
  }

  void setAside(Connection connection, String entry, String reason, long nowMillis) {
    on(connection)
        .update(DATASOURCE_OUTBOX)
        .set(DATASOURCE_OUTBOX.FAILED_AT, nowMillis)
        .set(DATASOURCE_OUTBOX.REASON, reason)
        .where(DATASOURCE_OUTBOX.ENTRY.eq(entry))
        .execute();
  }

  /** An entry that was set aside. */
  record SetAside(Entry entry, long failedAtMillis, @Nullable String reason) {}

  /** The first entries that were set aside, in their order. */
  List<SetAside> setAside(Connection connection, @Nullable String applicationName, int limit) {
    return on(connection)
        .selectFrom(DATASOURCE_OUTBOX)
        .where(isMine(applicationName))
        .and(DATASOURCE_OUTBOX.FAILED_AT.isNotNull())
        .orderBy(DATASOURCE_OUTBOX.POSITION)
        .limit(limit)
        .fetch(
            row ->
                new SetAside(
                    new Entry(
                        row.get(DATASOURCE_OUTBOX.ENTRY),
                        row.get(DATASOURCE_OUTBOX.KIND),
                        row.get(DATASOURCE_OUTBOX.WORKFLOW_ID),
                        row.get(DATASOURCE_OUTBOX.ORDER_KEY),
                        row.get(DATASOURCE_OUTBOX.PAYLOAD),
                        row.get(DATASOURCE_OUTBOX.CREATED_AT)),
                    row.get(DATASOURCE_OUTBOX.FAILED_AT),
                    row.get(DATASOURCE_OUTBOX.REASON)));
  }

  /** Lets entries that were set aside wait again; how many there were. */
  int retry(Connection connection, Collection<String> entries) {
    return on(connection)
        .update(DATASOURCE_OUTBOX)
        .setNull(DATASOURCE_OUTBOX.FAILED_AT)
        .setNull(DATASOURCE_OUTBOX.REASON)
        .where(DATASOURCE_OUTBOX.ENTRY.in(entries))
        .and(DATASOURCE_OUTBOX.FAILED_AT.isNotNull())
        .execute();
  }

  /** Deletes entries that were set aside; how many there were. */
  int discard(Connection connection, Collection<String> entries) {
    return on(connection)
        .deleteFrom(DATASOURCE_OUTBOX)
        .where(DATASOURCE_OUTBOX.ENTRY.in(entries))
        .and(DATASOURCE_OUTBOX.FAILED_AT.isNotNull())
        .execute();
  }

  /**
   * How the start of a workflow stands here.
   *
   * @param reason why it was set aside, or null while it waits
   */
  record Standing(@Nullable String reason) {}

  /** How the start of a workflow stands that is in this outbox. */
  Optional<Standing> start(Connection connection, String workflowId) {
    return on(connection)
        .select(DATASOURCE_OUTBOX.FAILED_AT, DATASOURCE_OUTBOX.REASON)
        .from(DATASOURCE_OUTBOX)
        .where(DATASOURCE_OUTBOX.WORKFLOW_ID.eq(workflowId))
        .and(DATASOURCE_OUTBOX.KIND.eq(Parcel.Start.KIND))
        .orderBy(DATASOURCE_OUTBOX.POSITION)
        .limit(1)
        .fetchOptional(
            row -> new Standing(row.value1() == null ? null : String.valueOf(row.value2())));
  }

  /**
   * How full it is.
   *
   * @param waiting how many entries wait
   * @param oldestMillis when the first of them was written, epoch ms, or null
   * @param setAside how many were set aside
   */
  record Figures(int waiting, @Nullable Long oldestMillis, int setAside) {}

  /** How full it is for an application. */
  Figures figures(Connection connection, @Nullable String applicationName) {
    Condition waits = DATASOURCE_OUTBOX.FAILED_AT.isNull();
    return on(connection)
        .select(
            count().filterWhere(waits),
            min(DATASOURCE_OUTBOX.CREATED_AT).filterWhere(waits),
            count().filterWhere(DATASOURCE_OUTBOX.FAILED_AT.isNotNull()))
        .from(DATASOURCE_OUTBOX)
        .where(isMine(applicationName))
        .fetchSingle(row -> new Figures(row.value1(), row.value2(), row.value3()));
  }
}
