package dev.dbos.chaos;

/** Who keeps a database; several may share one. */
enum Store {
  /** The library: workflows and steps, and beside them the transfers' book. */
  SYSTEM("book"),
  /** The bank that pays. */
  SAVINGS("savings"),
  /** The bank that is paid. */
  CHECKING("checking");

  private final String bank;

  Store(String bank) {
    this.bank = bank;
  }

  /** The name in front of its tables. */
  String bank() {
    return bank;
  }
}
