package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TempSqlite;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several live processes on one SQLite system database are told from what dead ones left. */
class SqliteProcessesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ORDERS = 60;

  private static String warning(TempSqlite file, ChildJvm... others) throws UnknownHostException {
    StringBuilder who = new StringBuilder();
    for (ChildJvm other : others) {
      who.append(who.isEmpty() ? "" : ", ")
          .append("process ")
          .append(other.pid())
          .append(" on ")
          .append(InetAddress.getLocalHost().getHostName());
    }
    return "The system database "
        + file.path()
        + " is also in use by "
        + who
        + ". SQLite lets one process write at a time, so they slow each other down; for more than one"
        + " process use PostgreSQL.";
  }

  private static void awaitOrders(ChildJvm till) throws InterruptedException {
    till.awaitLine(TillProgram.TAKEN::equals, PATIENCE);
  }

  private static boolean isWarning(String line) {
    return line.contains("is also in use by");
  }

  private static List<String> warnings(ChildJvm till) {
    return till.errorLines().stream()
        .filter(SqliteProcessesTest::isWarning)
        .map(line -> line.substring(line.indexOf(" - ") + 3))
        .toList();
  }

  @Test
  void aSecondLiveProcessIsWarnedOfTheFirstAndADeadOneIsNoReason() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      new DirectSql(file.url()).execute("create table reservation (sku varchar(40))");
      try (ChildJvm first = TillProgram.start(file.url(), "till-1", 1)) {
        awaitOrders(first);
        assertThat(warnings(first)).isEmpty();
        try (ChildJvm second = TillProgram.start(file.url(), "till-2", 1)) {
          awaitOrders(second);
          second.awaitErrorLine(SqliteProcessesTest::isWarning, PATIENCE);
          assertThat(warnings(second)).containsExactly(warning(file, first));

          first.kill();
          try (ChildJvm third = TillProgram.start(file.url(), "till-3", 1)) {
            awaitOrders(third);
            third.awaitErrorLine(SqliteProcessesTest::isWarning, PATIENCE);
            assertThat(warnings(third)).containsExactly(warning(file, second));
            third.send("close");
            assertThat(third.awaitExit(PATIENCE)).isZero();
          }
          second.kill();
        }
      }
      try (ChildJvm last = TillProgram.start(file.url(), "till-4", 1)) {
        awaitOrders(last);
        last.send("close");
        assertThat(last.awaitExit(PATIENCE)).isZero();
        assertThat(warnings(last)).as("everybody before it is dead or gone").isEmpty();
      }
    }
  }

  @Test
  void theWorkflowsOfTwoProcessesOnOneFileAllRunOnce() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      DirectSql database = new DirectSql(file.url());
      database.execute("create table reservation (sku varchar(40))");
      try (ChildJvm one = TillProgram.start(file.url(), "till-1", ORDERS);
          ChildJvm other = TillProgram.start(file.url(), "till-2", ORDERS)) {
        awaitOrders(one);
        awaitOrders(other);
      }

      assertThat(database.number("select count(*) from reservation where sku = 'till-1'"))
          .isEqualTo(ORDERS);
      assertThat(database.number("select count(*) from reservation where sku = 'till-2'"))
          .isEqualTo(ORDERS);
      assertThat(database.number("select count(*) from workflow_status where status = 'SUCCESS'"))
          .isEqualTo(2 * ORDERS);
    }
  }
}
