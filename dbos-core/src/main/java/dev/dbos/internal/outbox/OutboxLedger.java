package dev.dbos.internal.outbox;

import static dev.dbos.internal.schema.Tables.JAVA_OUTBOXES;

import dev.dbos.internal.context.PortableValues;
import dev.dbos.serialization.TypeRef;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;

/**
 * What a system database remembers of an outbox: how often something was taken from it, and what
 * the last time. Whoever delivers adds one to the version it knew when it looked into the outbox,
 * in the transaction that delivers; so what it saw cannot have been delivered by anybody else.
 */
final class OutboxLedger {
  private OutboxLedger() {}

  /**
   * How an outbox stands.
   *
   * @param version how often something was taken from it
   * @param relayed the entries that were taken last; they may be in the outbox yet
   */
  record State(long version, List<String> relayed) {}

  /** Thrown to leave a transaction when somebody else has delivered meanwhile. */
  static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super("somebody else has delivered", null, false, false);
    }
  }

  /** How an outbox stands; remembered from now on if it was not. */
  static State read(DSLContext dsl, String outbox) {
    dsl.insertInto(JAVA_OUTBOXES)
        .set(JAVA_OUTBOXES.OUTBOX, outbox)
        .set(JAVA_OUTBOXES.VERSION, 0L)
        .set(JAVA_OUTBOXES.RELAYED, "[]")
        .onConflictDoNothing()
        .execute();
    return dsl.select(JAVA_OUTBOXES.VERSION, JAVA_OUTBOXES.RELAYED)
        .from(JAVA_OUTBOXES)
        .where(JAVA_OUTBOXES.OUTBOX.eq(outbox))
        .fetchSingle(row -> new State(row.value1(), decode(row.value2())));
  }

  /**
   * Begins a delivery, which nobody else can until this transaction has ended.
   *
   * @throws Overtaken when something was delivered since {@code version}
   */
  static void advance(DSLContext dsl, String outbox, long version) {
    int mine =
        dsl.update(JAVA_OUTBOXES)
            .set(JAVA_OUTBOXES.VERSION, version + 1)
            .where(JAVA_OUTBOXES.OUTBOX.eq(outbox))
            .and(JAVA_OUTBOXES.VERSION.eq(version))
            .execute();
    if (mine == 0) {
      throw new Overtaken();
    }
  }

  /** Says what this delivery has taken. */
  static void relayed(DSLContext dsl, String outbox, Collection<String> entries) {
    dsl.update(JAVA_OUTBOXES)
        .set(JAVA_OUTBOXES.RELAYED, PortableValues.JSON.encodeValue(List.copyOf(entries)))
        .where(JAVA_OUTBOXES.OUTBOX.eq(outbox))
        .execute();
  }

  @SuppressWarnings("unchecked") // decoded as this very type
  private static List<String> decode(String entries) {
    return (List<String>)
        Objects.requireNonNull(PortableValues.read(entries, new TypeRef<List<String>>() {}.type()));
  }
}
