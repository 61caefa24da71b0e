package dev.dbos.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What others do to a file that workers write to. */
final class FileTrouble implements Troublemaker {
  private static final int MAX_LOCKED_MILLIS = 300;
  private static final int STORM_MILLIS = 200;
  private static final int MAX_FULL_MILLIS = 400;

  private final SqliteSite site;
  private final Tally tally;
  private final List<Fault> kinds = new ArrayList<>();

  FileTrouble(SqliteSite site, Tally tally) {
    this.site = site;
    this.tally = tally;
    kinds.addAll(List.of(Fault.FILE_LOCKED, Fault.FILE_LOCKED, Fault.LOCK_STORM));
    if (site.disk().canBeFilled()) {
      kinds.add(Fault.DISK_FULL);
    }
  }

  @Override
  public List<Fault> kinds() {
    return kinds;
  }

  @Override
  public boolean make(Fault fault, SplittableRandom random)
      throws SQLException, InterruptedException {
    Store store = random.nextBoolean() ? Store.SYSTEM : Store.CHECKING;
    return switch (fault) {
      case FILE_LOCKED -> lock(store, random.nextInt(MAX_LOCKED_MILLIS));
      case LOCK_STORM -> storm(store);
      case DISK_FULL -> fill(random.nextInt(MAX_FULL_MILLIS));
      default -> throw new IllegalArgumentException(fault.toString());
    };
  }

  private boolean lock(Store store, int millis) throws SQLException, InterruptedException {
    try (Connection connection = site.connect(store);
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      tally.pause(millis);
      statement.execute("ROLLBACK");
    }
    return true;
  }

  private boolean storm(Store store) throws SQLException, InterruptedException {
    long end = System.nanoTime() + STORM_MILLIS * 1_000_000L;
    try (Connection connection = site.connect(store);
        Statement statement = connection.createStatement()) {
      while (System.nanoTime() < end && tally.pause(1)) {
        statement.execute("update " + Bank.accounts(store) + " set balance = balance");
      }
    }
    return true;
  }

  private boolean fill(int millis) throws InterruptedException {
    site.disk().fill();
    try {
      tally.pause(millis);
    } finally {
      site.disk().empty();
    }
    return true;
  }
}
