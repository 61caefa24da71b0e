package dev.dbos.chaos;

import java.util.SplittableRandom;

/**
 * One transfer.
 *
 * @param from the account of the savings bank
 * @param to the account of the checking bank
 * @param amount what is moved
 * @param pauseMillis how long the workflow sleeps on the way
 * @param twist what goes wrong by itself
 */
record Order(int from, int to, long amount, int pauseMillis, Twist twist) {
  private static final int MAX_AMOUNT = 100;
  private static final int MAX_PAUSE_MILLIS = 60;
  private static final int TWISTS_IN = 20;

  /** The same order for the same seed and id, in every process. */
  static Order of(long seed, String workflowId) {
    SplittableRandom random = new SplittableRandom(seed * 31 + workflowId.hashCode());
    return new Order(
        random.nextInt(Bank.ACCOUNTS),
        random.nextInt(Bank.ACCOUNTS),
        1 + random.nextInt(MAX_AMOUNT),
        1 + random.nextInt(MAX_PAUSE_MILLIS),
        twist(random.nextInt(TWISTS_IN)));
  }

  private static Twist twist(int roll) {
    Twist[] twists = Twist.values();
    return roll < twists.length ? twists[roll] : Twist.NONE;
  }
}
