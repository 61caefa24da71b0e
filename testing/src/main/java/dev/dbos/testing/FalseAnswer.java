package dev.dbos.testing;

import java.util.concurrent.CountDownLatch;

/**
 * A lie that a {@link TcpProxy} has in store: the server commits, and one client is told that an
 * error happened. What servers say themselves when they do not know.
 */
public final class FalseAnswer {
  private final String sqlState;
  private final String message;
  private final CountDownLatch told = new CountDownLatch(1);

  FalseAnswer(String sqlState, String message) {
    this.sqlState = sqlState;
    this.message = message;
  }

  /**
   * Tells whether it has been told.
   *
   * @return true from the moment before the client hears it
   */
  public boolean happened() {
    return told.getCount() == 0;
  }

  WireMessage tell() {
    told.countDown();
    return WireMessage.error(sqlState, message);
  }
}
