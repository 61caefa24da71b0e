package dev.dbos.benchmarks;

import static dev.dbos.benchmarks.Workload.ONE_TRANSACTION;
import static dev.dbos.benchmarks.Workload.TEN_STEPS;
import static dev.dbos.benchmarks.Workload.TEN_TRANSACTIONS;

import dev.dbos.datasource.IsolationLevel;
import java.util.List;
import java.util.Set;

/** Everybody who takes part. */
final class Peers {
  private static final String FLOOR = "by hand";
  private static final String FLOOR_OF_TWO = "by hand, 2 databases";
  private static final String FLOOR_OF_STEPS = "by hand, steps alone";
  private static final String FLOOR_OF_JOOQ = "by hand, steps alone, jOOQ";
  private static final String FLOOR_ON_SQLITE = "by hand, SQLite";
  private static final Set<Workload> TRANSACTIONS = Set.of(ONE_TRANSACTION, TEN_TRANSACTIONS);
  private static final Set<Workload> TEN = Set.of(TEN_TRANSACTIONS);

  private Peers() {}

  /** On PostgreSQL, READ COMMITTED where nothing else is said. */
  static List<Peer> postgres() {
    return List.of(
        new Peer(FLOOR, 1, Peer.ALL, FLOOR, ByHand::whole),
        new Peer(FLOOR_OF_TWO, 2, TRANSACTIONS, FLOOR_OF_TWO, ByHand::whole),
        new Peer(FLOOR_OF_STEPS, 1, TEN, FLOOR_OF_STEPS, ByHand::stepsAlone),
        new Peer(FLOOR_OF_JOOQ, 1, TEN, FLOOR_OF_JOOQ, ByHand::stepsAloneWithJooq),
        new Peer("dbos", 1, Peer.ALL, FLOOR, Ours::jdbc),
        new Peer("dbos, 2 databases", 2, TRANSACTIONS, FLOOR_OF_TWO, Ours::jdbc),
        new Peer("dbos, jOOQ", 1, TEN, FLOOR_OF_JOOQ, Ours::jooq),
        new Peer(
            "dbos, SERIALIZABLE",
            1,
            TRANSACTIONS,
            FLOOR,
            (system, application) -> Ours.jdbc(system, application, IsolationLevel.SERIALIZABLE)),
        new Peer("official Java", 1, Peer.ALL, FLOOR, Official::open),
        new Peer("official Java, 2 databases", 2, TRANSACTIONS, FLOOR_OF_TWO, Official::open));
  }

  /** On SQLite with synchronous=FULL. */
  static List<Peer> sqlite() {
    Set<Workload> some = Set.of(ONE_TRANSACTION, TEN_STEPS);
    return List.of(
        new Peer(FLOOR_ON_SQLITE, 1, some, FLOOR_ON_SQLITE, ByHandOnSqlite::open),
        new Peer("dbos, SQLite", 1, some, FLOOR_ON_SQLITE, Ours::jdbc));
  }
}
