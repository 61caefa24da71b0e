package dev.dbos.chaos;

import dev.dbos.chaos.Books.StoredWorkflow;
import dev.dbos.chaos.Twist.Verdict;
import java.util.List;
import java.util.Set;

/**
 * The way a workflow has to take.
 *
 * @param verdict how it ends
 * @param steps the names of its steps, in order
 * @param legs the transactions that leave an entry
 */
record Course(Verdict verdict, List<String> steps, List<Leg> legs) {
  private static final Set<String> SILENT = Set.of("DBOS.sleep", "ring");

  private static final Course NOTICE =
      new Course(Verdict.MOVED, List.of("ring", "DBOS.sleep", "note"), List.of(Leg.NOTE));
  private static final Course REFUSED =
      new Course(Verdict.REFUSED, List.of("DBOS.randomUUID", "quote", "withdraw"), List.of());
  private static final Course MOVED =
      new Course(
          Verdict.MOVED,
          List.of(
              "DBOS.randomUUID",
              "quote",
              "withdraw",
              "DBOS.setEvent",
              "DBOS.sleep",
              "notice",
              "book",
              "deposit",
              "DBOS.getResult"),
          List.of(Leg.WITHDRAW, Leg.BOOK, Leg.DEPOSIT));
  private static final Course REFUNDED =
      new Course(
          Verdict.REFUNDED,
          List.of(
              "DBOS.randomUUID",
              "quote",
              "withdraw",
              "DBOS.setEvent",
              "DBOS.sleep",
              "notice",
              "book",
              "deposit",
              "refund",
              "DBOS.getResult"),
          List.of(Leg.WITHDRAW, Leg.BOOK, Leg.REFUND));

  static Course of(StoredWorkflow workflow, Order order) {
    if (!workflow.isTransfer()) {
      return NOTICE;
    }
    return switch (order.twist().verdict()) {
      case MOVED -> MOVED;
      case REFUSED -> REFUSED;
      case REFUNDED -> REFUNDED;
      case FAILED -> new Course(Verdict.FAILED, REFUNDED.steps(), REFUNDED.legs());
    };
  }

  /** Whether a step's result is part of the output. */
  boolean tells(String step) {
    return !SILENT.contains(step);
  }
}
