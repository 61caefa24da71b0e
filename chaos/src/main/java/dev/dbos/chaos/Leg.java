package dev.dbos.chaos;

/** One transaction of a transfer, named like its step; each leaves one entry. */
enum Leg {
  /** Money leaves the savings bank. */
  WITHDRAW("withdraw", Store.SAVINGS, -1),
  /** Money reaches the checking bank. */
  DEPOSIT("deposit", Store.CHECKING, 1),
  /** Money goes back to the savings bank. */
  REFUND("refund", Store.SAVINGS, 1),
  /** The book beside the workflows says that the transfer was tried. */
  BOOK("book", Store.SYSTEM, 0),
  /** The receiver was told, by the child. */
  NOTE("note", Store.CHECKING, 0);

  private final String step;
  private final Store store;
  private final int sign;

  Leg(String step, Store store, int sign) {
    this.step = step;
    this.store = store;
    this.sign = sign;
  }

  /** The name of the step, and of the leg in the entry. */
  String step() {
    return step;
  }

  Store store() {
    return store;
  }

  /** What the leg does to the account, for an amount. */
  long change(long amount) {
    return sign * amount;
  }
}
