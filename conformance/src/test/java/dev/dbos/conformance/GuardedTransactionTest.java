package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.error.SerializationException;
import dev.dbos.error.TransactionAbortedException;
import java.sql.Connection;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a body might do to the transaction it runs in. */
class GuardedTransactionTest {
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void whatWouldEndTheTransactionIsRefused(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      shop.run(
          "reserve",
          tables -> {
            Connection connection = tables.connection();
            assertRefused("commit", connection::commit);
            assertRefused("rollback", connection::rollback);
            assertRefused("close", connection::close);
            assertRefused("setAutoCommit", () -> connection.setAutoCommit(true));
            assertRefused("abort", () -> connection.abort(Runnable::run));
            tables.reserve("tea");
          });

      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  private static void assertRefused(String method, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "Connection."
                + method
                + " is not allowed inside transaction \"reserve\" of datasource shop, because its"
                + " result is recorded in the same commit. It commits when the body returns and"
                + " rolls back when the body throws.");
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theConnectionIsOfNoUseAfterTheBody(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Connection kept = premises.shop().call("reserve", ShopTables::connection);

      assertThat(kept.isClosed()).isTrue();
      assertThatThrownBy(kept::createStatement)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Transaction \"reserve\" of datasource shop has ended; its connection is valid only"
                  + " inside the body.");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aCommitAsTheLastStatementIsDetected(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        tables.reserve("tea");
                        return tables.execute("commit");
                      }));

      assertEnded(outcomes);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aCommitBetweenTwoStatementsIsDetected(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        tables.execute("commit");
                        return tables.reserve("tea");
                      }));

      assertEnded(outcomes);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aRollbackBetweenTwoStatementsIsDetected(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        tables.reserve("tea");
                        tables.execute("rollback");
                        return String.valueOf(tables.value("select 1"));
                      }));

      assertEnded(outcomes);
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  private static void assertEnded(Outcomes outcomes) {
    assertThat(outcomes.firstFailure())
        .isInstanceOf(TransactionAbortedException.class)
        .hasMessageContaining(
            "Transaction \"reserve\" of datasource shop was ended inside its body, by a COMMIT or"
                + " ROLLBACK statement");
    assertThat(outcomes.replayedFailure())
        .isInstanceOf(TransactionAbortedException.class)
        .hasMessage(outcomes.firstFailure().getMessage());
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void afterASwallowedSqlErrorNothingIsCommitted(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(premises, () -> shop.call("reserve", GuardedTransactionTest::swallowAnError));

      assertThat(outcomes.firstFailure())
          .isInstanceOf(TransactionAbortedException.class)
          .hasMessageContaining("an SQL error that its body caught had already aborted it")
          .hasMessageContaining("duplicate key");
      assertThat(outcomes.replayedFailure())
          .isInstanceOf(TransactionAbortedException.class)
          .hasMessage(outcomes.firstFailure().getMessage());
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void outsideAWorkflowNothingIsCommittedAfterASwallowedSqlErrorEither(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      assertThatThrownBy(() -> shop.call("reserve", GuardedTransactionTest::swallowAnError))
          .isInstanceOf(TransactionAbortedException.class)
          .hasMessageContaining("Transaction \"reserve\" of datasource shop was not committed")
          .hasMessageContaining("try the statement in a nested transaction");

      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#sqlite")
  void onSqliteASwallowedSqlErrorUndoesOnlyItsStatement(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      int left = premises.shop().call("reserve", GuardedTransactionTest::swallowAnError);

      assertThat(left).isEqualTo(9);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  private static int swallowAnError(ShopTables tables) throws Exception {
    int left = tables.reserve("tea");
    try {
      tables.execute("insert into stock values ('tea', 5)");
    } catch (Exception swallowed) {
      // As an application does that believes it can go on.
    }
    return left;
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void anOutputThatCannotBeStoredFailsBeforeTheCommit(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve",
                      tables -> {
                        tables.reserve("tea");
                        return new Object[] {"receipt", new Thread()};
                      }));

      assertThat(outcomes.firstFailure())
          .isInstanceOf(SerializationException.class)
          .hasMessageStartingWith(
              "The result of transaction \"reserve\" of datasource shop cannot be recorded, so it was"
                  + " not committed: java.lang.Thread cannot be stored");
      assertThat(outcomes.replayedFailure())
          .isInstanceOf(SerializationException.class)
          .hasMessage(outcomes.firstFailure().getMessage());
      assertThat(premises.ledger().reservations()).isZero();
    }
  }
}
