package dev.dbos.chaos;

import dev.dbos.testing.ServerCrash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.SplittableRandom;

/** What a server does to its clients, and what its other clients do to them. */
final class ServerTrouble implements Troublemaker {
  private static final int STORM_MILLIS = 250;
  private static final int MAX_DOWN_MILLIS = 400;
  private static final int CRASH_ONE_IN = 3;
  private static final Store[] STORES = Store.values();

  private final PostgresSite site;
  private final Tally tally;

  ServerTrouble(PostgresSite site, Tally tally) {
    this.site = site;
    this.tally = tally;
  }

  @Override
  public List<Fault> kinds() {
    return List.of(
        Fault.TERMINATED,
        Fault.TERMINATED,
        Fault.TERMINATED,
        Fault.TERMINATED,
        Fault.CONFLICT_STORM,
        Fault.CONFLICT_STORM,
        Fault.CONFLICT_STORM,
        Fault.DEADLOCK_STORM,
        Fault.DEADLOCK_STORM,
        Fault.SERVER_CRASH);
  }

  @Override
  public boolean make(Fault fault, SplittableRandom random)
      throws SQLException, InterruptedException {
    Store store = STORES[random.nextInt(STORES.length)];
    return switch (fault) {
      case TERMINATED -> terminate(store, 1 + random.nextInt(100));
      case CONFLICT_STORM -> conflicts(store, random);
      case DEADLOCK_STORM -> deadlocks(store);
      case SERVER_CRASH -> random.nextInt(CRASH_ONE_IN) == 0 && crash(random);
      default -> throw new IllegalArgumentException(fault.toString());
    };
  }

  private boolean terminate(Store store, int percent) throws SQLException {
    String sql =
        """
        select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
         where datname = ? and application_name <> 'chaos-driver' and random() * 100 < ?
        """;
    try (Connection connection = site.connect(store);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, site.database(store));
      statement.setInt(2, percent);
      try (ResultSet count = statement.executeQuery()) {
        return count.next() && count.getInt(1) > 0;
      }
    }
  }

  /** Changes accounts under the eyes of serializable transactions. */
  private boolean conflicts(Store store, SplittableRandom random)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + STORM_MILLIS * 1_000_000L;
    try (Connection connection = site.connect(store);
        Statement statement = connection.createStatement()) {
      while (System.nanoTime() < end && tally.pause(1)) {
        statement.execute(
            "update %s set balance = balance where id %% 3 = %d"
                .formatted(Bank.accounts(store), random.nextInt(3)));
      }
    }
    return true;
  }

  /** Two rivals that lock the accounts one by one, in opposite directions. */
  private boolean deadlocks(Store store) throws InterruptedException {
    Thread other = Thread.ofVirtual().start(() -> lockAll(store, -1));
    lockAll(store, 1);
    other.join();
    return true;
  }

  private void lockAll(Store store, int direction) {
    try (Connection connection = site.connect(store);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < Bank.ACCOUNTS; i++) {
        int account = direction > 0 ? i : Bank.ACCOUNTS - 1 - i;
        statement.execute(
            "update %s set balance = balance where id = %d"
                .formatted(Bank.accounts(store), account));
        tally.pause(STORM_MILLIS / Bank.ACCOUNTS);
      }
      connection.rollback();
    } catch (SQLException lost) {
      // The rival won, or a worker did, or the server is gone.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean crash(SplittableRandom random) throws InterruptedException {
    ServerCrash crash = site.server().crash();
    try {
      tally.pause(random.nextInt(MAX_DOWN_MILLIS));
    } finally {
      crash.close();
    }
    return true;
  }
}
