package dev.dbos.benchmarks;

/** What is measured; the unit is one workflow. */
enum Workload {
  /** A workflow of one transaction that inserts one row. */
  ONE_TRANSACTION(1, 0),
  /** A workflow of ten transactions that insert one row each. */
  TEN_TRANSACTIONS(10, 0),
  /** A workflow of ten plain steps. */
  TEN_STEPS(0, 10);

  private final int transactions;
  private final int steps;

  Workload(int transactions, int steps) {
    this.transactions = transactions;
    this.steps = steps;
  }

  int transactions() {
    return transactions;
  }

  int steps() {
    return steps;
  }
}
