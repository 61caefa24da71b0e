package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.testing.LoggedStatement;
import dev.dbos.testing.StatementRecording;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What durability costs on PostgreSQL, counted by the server and on the wire. */
class StatementCountTest {
  private static final WorkflowDefinition<Void, Integer> ORDER =
      WorkflowDefinition.of("order", Void.class, Integer.class);
  private static final int WARM = 6;

  /** A look of the library at its tables, or the server's own work, may fall into some of them. */
  private static final int TRIES = 10;

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aFirstExecutionIsOneCommitAndReadsNothingBefore(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      String database = Site.databaseName(premises.site().applicationUrl());
      List<StatementRecording> recordings = new ArrayList<>();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      nothing -> {
                        recordings.add(TestPostgres.shared().record(database, () -> reserve(shop)));
                        return 1;
                      }));
      dbos.run(ORDER);
      awaitCleaned(premises);
      List<StatementRecording> transactions = new ArrayList<>();
      do {
        dbos.run(ORDER);
        transactions.add(withoutBackground(recordings.getLast()));
      } while (transactions.size() < TRIES
          && sum(transactions.subList(transactions.size() - 1, transactions.size())) > 2);

      assertThat(transactions)
          .anySatisfy(
              transaction -> {
                assertThat(transaction.writingCommits()).as(describe(transaction)).isEqualTo(1);
                assertThat(transaction.commits()).as(describe(transaction)).isEqualTo(1);
                assertThat(transaction.texts())
                    .noneMatch(text -> text.toLowerCase(Locale.ROOT).startsWith("select"));
              });
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void withTwoDatabasesTheWorkflowDoesNotWaitForTheSystemDatabase(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      TcpProxy proxy = premises.proxy();
      String systemUrl = Premises.through(proxy, premises.site().systemUrl());
      DBOS dbos =
          premises.keep(
              Checkout.runtime(systemUrl)
                  .workflow(
                      ORDER,
                      nothing -> {
                        proxy.blackHole();
                        try {
                          return reserve(shop);
                        } finally {
                          proxy.accept();
                        }
                      })
                  .launch());

      assertThat(dbos.run(ORDER)).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aWorkflowWithOneTransactionIsThreeCommits(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      warm(dbos);
      awaitCleaned(premises);
      List<String> databases =
          Stream.of(premises.site().systemUrl(), premises.site().applicationUrl())
              .map(Site::databaseName)
              .distinct()
              .toList();

      List<List<StatementRecording>> orders = new ArrayList<>();
      do {
        orders.add(record(databases, dbos));
      } while (orders.size() < TRIES && sum(orders.getLast()) > 6);

      assertThat(orders)
          .anySatisfy(
              order -> {
                assertThat(sum(order, StatementRecording::commits))
                    .as(order.stream().map(StatementCountTest::describe).toList().toString())
                    .isEqualTo(3);
                assertThat(sum(order, StatementRecording::writingCommits)).isEqualTo(3);
              });
    }
  }

  private static int sum(
      List<StatementRecording> recordings, ToIntFunction<StatementRecording> figure) {
    return recordings.stream().mapToInt(figure).sum();
  }

  /** Commits and those that wrote, which is twice the same where nothing else happens. */
  private static int sum(List<StatementRecording> recordings) {
    return sum(recordings, recording -> recording.commits() + recording.writingCommits());
  }

  private static List<StatementRecording> record(List<String> databases, DBOS dbos)
      throws Exception {
    if (databases.isEmpty()) {
      dbos.run(ORDER);
      return new ArrayList<>();
    }
    List<StatementRecording> recordings = new ArrayList<>();
    StatementRecording outer =
        TestPostgres.shared()
            .record(
                databases.getFirst(),
                () -> recordings.addAll(record(databases.subList(1, databases.size()), dbos)));
    recordings.add(withoutBackground(outer));
    return recordings;
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aWorkflowWithOneTransactionIsFourExchanges(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      TcpProxy proxy = premises.proxy();
      Shop shop = premises.shop(Premises.through(proxy, premises.site().applicationUrl()));
      DBOS dbos =
          premises.keep(
              Checkout.runtime(Premises.through(proxy, premises.site().systemUrl()))
                  .workflow(ORDER, nothing -> reserve(shop))
                  .launch());
      warm(dbos);

      long fewest = Long.MAX_VALUE;
      for (int order = 0; order < 5; order++) {
        long before = proxy.exchanges();
        dbos.run(ORDER);
        // The clean-up of an earlier one, or a look whether an idle connection lives, may fall into
        // one of them.
        fewest = Math.min(fewest, proxy.exchanges() - before);
      }

      assertThat(fewest).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void recoveryReadsAllStepsOfAWorkflowWithOneQuery(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      Replay replay =
          Replay.begin(
              premises,
              () -> {
                int rows = 0;
                for (int item = 0; item < 7; item++) {
                  rows += reserve(shop);
                }
                return rows;
              });

      StatementRecording recording =
          TestPostgres.shared()
              .record(Site.databaseName(premises.site().systemUrl()), replay::resume);

      assertThat(recording.texts())
          .filteredOn(text -> text.toLowerCase(Locale.ROOT).startsWith("select"))
          .filteredOn(text -> text.contains("\"operation_outputs\""))
          .hasSize(1);
      assertThat(premises.ledger().reservations()).isEqualTo(7);
    }
  }

  private static DBOS launch(Premises premises, Shop shop) {
    return premises.launch(builder -> builder.workflow(ORDER, nothing -> reserve(shop)));
  }

  private static int reserve(Shop shop) throws Exception {
    return shop.call("reserve", tables -> tables.execute("insert into reservation values ('tea')"));
  }

  /** Opens the connections, and lets the driver prepare its statements. */
  private static void warm(DBOS dbos) {
    for (int order = 0; order < WARM; order++) {
      dbos.run(ORDER);
    }
  }

  private static void awaitCleaned(Premises premises) {
    Eventually.await("no output row is left", () -> premises.ledger().outputRows() == 0);
  }

  /**
   * Without the deletion of output rows, which follows at leisure and for many at a time, and
   * without the start of the session that it may open for that.
   */
  private static StatementRecording withoutBackground(StatementRecording recording) {
    Set<String> transactions = new HashSet<>();
    Set<Long> ids = new HashSet<>();
    for (LoggedStatement statement : recording.statements()) {
      String text = statement.text().toLowerCase(Locale.ROOT);
      if (text.startsWith("delete") || text.startsWith("set application_name")) {
        transactions.add(statement.virtualTransaction());
        if (statement.transactionId() != 0) {
          ids.add(statement.transactionId());
        }
      }
    }
    return new StatementRecording(
        recording.statements().stream()
            .filter(statement -> !transactions.contains(statement.virtualTransaction()))
            .toList(),
        recording.writingTransactions().stream().filter(id -> !ids.contains(id)).toList());
  }

  private static String describe(StatementRecording recording) {
    return recording.statements().stream()
        .map(statement -> statement.virtualTransaction() + " " + statement.text())
        .collect(Collectors.joining("\n", "\n", "\n"));
  }
}
