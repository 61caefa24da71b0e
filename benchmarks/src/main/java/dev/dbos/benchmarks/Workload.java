package dev.dbos.benchmarks;

/** What is measured; the unit is one workflow. */
enum Workload {
  /** A workflow of one transaction that inserts one row. */
  ONE_TRANSACTION("W1 one transaction", 1, 0),
  /** A workflow of ten transactions that insert one row each. */
  TEN_TRANSACTIONS("W2 ten transactions", 10, 0),
  /** A workflow of ten plain steps. */
  TEN_STEPS("W3 ten steps", 0, 10);

  private final String title;
  private final int transactions;
  private final int steps;

  Workload(String title, int transactions, int steps) {
    this.title = title;
    this.transactions = transactions;
    this.steps = steps;
  }

  /** What the tables call it. */
  String title() {
    return title;
  }

  int transactions() {
    return transactions;
  }

  int steps() {
    return steps;
  }
}
