package dev.dbos.liquibase;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes and gives back the guard of the database file that is its argument many times over, and
 * fails if anybody else holds it meanwhile.
 */
final class GuardContender {

  private static final int ROUNDS = 500;

  private GuardContender() {}

  public static void main(String[] arguments) throws Exception {
    Path database = Path.of(arguments[0]);
    Path inside = database.resolveSibling("inside");
    SqliteGuard guard = new SqliteGuard(database);
    for (int round = 0; round < ROUNDS; round++) {
      while (!guard.tryAcquire()) {
        Thread.onSpinWait();
      }
      Files.createFile(inside);
      Files.delete(inside);
      guard.release();
    }
    System.out.println("never shared");
  }
}
