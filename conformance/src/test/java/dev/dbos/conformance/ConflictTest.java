package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A concurrent transaction is in the way: the same transaction is repeated, in silence. */
class ConflictTest {
  private static final WorkflowDefinition<Void, Integer> EXCHANGE =
      WorkflowDefinition.of("exchange", Void.class, Integer.class);

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aConcurrentUpdateIsRepeated(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();
      DBOS dbos =
          exchange(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        tables.value("select quantity from stock where sku = 'tea'");
                        if (runs.incrementAndGet() == 1) {
                          sellOnePastTheLibrary(premises);
                        }
                        return tables.reserve("tea");
                      }));

      assertThat(dbos.run(EXCHANGE)).isEqualTo(8);

      assertThat(runs).hasValue(2);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aConflictThatOnlyTheCommitNoticesIsRepeated(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();
      DBOS dbos =
          exchange(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        int tea = Integer.parseInt(reservationsOf("tea", tables));
                        tables.execute("insert into reservation values ('coffee')");
                        if (runs.incrementAndGet() == 1) {
                          reserveTeaByTheCoffeeThereIs(premises);
                        }
                        return tea;
                      }));

      assertThat(dbos.run(EXCHANGE)).isEqualTo(1);

      assertThat(runs).hasValue(2);
      assertThat(premises.ledger().reservations()).isEqualTo(2);
    }
  }

  private static String reservationsOf(String sku, ShopTables tables) throws SQLException {
    return Objects.requireNonNull(
        tables.value("select count(*) from reservation where sku = '" + sku + "'"));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void outsideAWorkflowAConflictIsRepeatedToo(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      AtomicInteger runs = new AtomicInteger();

      int left =
          premises
              .shop()
              .call(
                  "reserve",
                  tables -> {
                    tables.value("select quantity from stock where sku = 'tea'");
                    if (runs.incrementAndGet() == 1) {
                      sellOnePastTheLibrary(premises);
                    }
                    return tables.reserve("tea");
                  });

      assertThat(left).isEqualTo(8);
      assertThat(runs).hasValue(2);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void theVictimOfADeadlockIsRepeated(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting);
        Connection other = premises.ledger().application().connect()) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();
      CompletableFuture<Void> otherEnds = new CompletableFuture<>();
      DBOS dbos =
          exchange(
              premises,
              () ->
                  shop.call(
                      "exchange",
                      tables -> {
                        int left = tables.reserve("tea");
                        if (runs.incrementAndGet() == 1) {
                          lockCoffeeThenWaitForTea(premises, other, otherEnds);
                        }
                        tables.execute(
                            "update stock set quantity = quantity + 1 where sku = 'coffee'");
                        return left;
                      }));

      // The other transaction has put one tea back in the meantime.
      assertThat(dbos.run(EXCHANGE)).isEqualTo(10);

      otherEnds.join();
      // The repetition may begin before the other transaction has committed, and conflict with
      // that.
      assertThat(runs).hasValueGreaterThanOrEqualTo(2);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().stockOf("coffee")).isEqualTo(10);
    }
  }

  private static void lockCoffeeThenWaitForTea(
      Premises premises, Connection other, CompletableFuture<Void> ends) throws SQLException {
    other.setAutoCommit(false);
    try (Statement statement = other.createStatement()) {
      // So that the library's session finds the deadlock, and not this one.
      statement.execute("set deadlock_timeout = '10min'");
      statement.execute("update stock set quantity = quantity - 1 where sku = 'coffee'");
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try (Statement statement = other.createStatement()) {
                statement.execute("update stock set quantity = quantity + 1 where sku = 'tea'");
                other.commit();
                ends.complete(null);
              } catch (SQLException failure) {
                ends.completeExceptionally(failure);
              }
            });
    Eventually.await(
        "the other transaction waits",
        () ->
            premises
                    .ledger()
                    .application()
                    .number("select count(*) from pg_locks where not granted")
                > 0);
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#sqlite")
  void aFileThatAnotherProcessWritesToIsWaitedFor(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting);
        ChildJvm other = LockHolderProgram.start(premises.site().applicationUrl())) {
      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);
      journey.once(Point.BEFORE_TRANSACTION, () -> lock(other));
      CompletableFuture<Integer> left =
          CompletableFuture.supplyAsync(() -> dbos.run(CHECKOUT, "tea"));
      Eventually.await("the lock is held", () -> journey.count(Point.BEFORE_TRANSACTION) == 1);
      other.send("release");

      assertThat(left.join()).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isEqualTo(1);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#sqlite")
  void aDataSourceWithoutPatienceIsAskedAgain(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting);
        ChildJvm other = LockHolderProgram.start(premises.site().applicationUrl())) {
      // Otherwise whoever reads, such as the relay of the outbox, is in the way of a commit.
      premises.ledger().application().execute("pragma journal_mode = wal");
      CountingDataSource impatient =
          CountingDataSource.impatientSqlite(premises.site().applicationUrl());
      Shop shop = premises.keep(setting.adapter().adopt(impatient, Options.DEFAULT));
      Journey journey = new Journey();
      DBOS dbos = premises.launch(shop, journey);
      journey.once(
          Point.BEFORE_TRANSACTION,
          () -> {
            lock(other);
            impatient.forget();
          });
      CompletableFuture<Integer> left =
          CompletableFuture.supplyAsync(() -> dbos.run(CHECKOUT, "tea"));
      Eventually.await("the transaction was refused twice", () -> impatient.connections() > 2);
      other.send("release");

      assertThat(left.join()).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isEqualTo(1);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  private static void lock(ChildJvm other) throws InterruptedException {
    other.send("lock");
    other.awaitLine("locked"::equals, Eventually.PATIENCE);
  }

  private static DBOS exchange(Premises premises, Callable<Integer> body) {
    return premises.launch(builder -> builder.workflow(EXCHANGE, nothing -> body.call()));
  }

  private static void sellOnePastTheLibrary(Premises premises) {
    premises
        .ledger()
        .application()
        .execute("update stock set quantity = quantity - 1 where sku = 'tea'");
  }

  private static void reserveTeaByTheCoffeeThereIs(Premises premises) throws SQLException {
    try (Connection other = premises.ledger().application().connect()) {
      other.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.executeQuery("select count(*) from reservation where sku = 'coffee'").close();
        statement.execute("insert into reservation values ('tea')");
      }
      other.commit();
    }
  }
}
