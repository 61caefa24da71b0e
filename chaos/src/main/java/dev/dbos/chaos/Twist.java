package dev.dbos.chaos;

/** What goes wrong with a transfer by itself, without any fault of ours. */
enum Twist {
  /** Nothing. */
  NONE(Verdict.MOVED),
  /** The step before fails; the workflow catches that and goes on. */
  QUOTE_FAILS(Verdict.MOVED),
  /** The account has too little: the withdrawal throws after it has written. */
  OVERDRAWN(Verdict.REFUSED),
  /** The receiving account is closed: the deposit throws after it has written; money goes back. */
  CLOSED(Verdict.REFUNDED),
  /** As {@link #CLOSED}, and then the workflow fails. */
  DISPUTED(Verdict.FAILED);

  private final Verdict verdict;

  Twist(Verdict verdict) {
    this.verdict = verdict;
  }

  /** How such a transfer has to end. */
  Verdict verdict() {
    return verdict;
  }

  /** How a transfer can end. */
  enum Verdict {
    MOVED,
    REFUSED,
    REFUNDED,
    FAILED
  }
}
