package dev.dbos.testing;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A break that a {@link TcpProxy} has in store: it happens to one connection, once. */
public final class Cut {
  private final Predicate<String> statement;
  private final TcpProxy.Action action;
  private final CountDownLatch happened = new CountDownLatch(1);
  private int skip;
  private boolean spent;

  Cut(Predicate<String> statement, TcpProxy.Action action, int skip) {
    if (skip < 0) {
      throw new IllegalArgumentException("skip is " + skip + ", must not be negative");
    }
    this.statement = Objects.requireNonNull(statement, "statement");
    this.action = Objects.requireNonNull(action, "action");
    this.skip = skip;
  }

  /**
   * Tells whether the connection has been cut. A client that saw its connection break can rely on
   * it.
   *
   * @return true from the moment before the client can notice
   */
  public boolean happened() {
    return happened.getCount() == 0;
  }

  /**
   * Waits until the connection has been cut.
   *
   * @param timeout how long at most
   * @throws AssertionError if it has not been by then
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void await(Duration timeout) throws InterruptedException {
    if (!happened.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("No connection was cut (" + action + ") within " + timeout);
    }
  }

  /** Takes the break back, unless a statement has matched already. */
  public synchronized void cancel() {
    spent = true;
  }

  TcpProxy.Action action() {
    return action;
  }

  /** Whether this break is meant for a statement; the answer is yes for one statement only. */
  synchronized boolean claims(String sql) {
    if (spent || !statement.test(sql)) {
      return false;
    }
    if (skip > 0) {
      skip--;
      return false;
    }
    spent = true;
    return true;
  }

  void happen() {
    happened.countDown();
  }
}
