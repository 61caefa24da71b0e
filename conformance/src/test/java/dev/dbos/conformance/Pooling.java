package dev.dbos.conformance;

import dev.dbos.datasource.PoolOptions;

/**
 * The pools of the suite: those an application gets that sets nothing, or of the size in the system
 * property {@code dbos.test.poolSize}. With 1 the suite shows that no thread ever waits for a
 * second connection while it holds one.
 */
public final class Pooling {
  private static final int SIZE =
      Integer.getInteger("dbos.test.poolSize", PoolOptions.DEFAULT.maximumSize());

  private Pooling() {}

  /** What every pool of the suite is made with. */
  public static PoolOptions options() {
    return PoolOptions.DEFAULT.withMaximumSize(SIZE);
  }
}
