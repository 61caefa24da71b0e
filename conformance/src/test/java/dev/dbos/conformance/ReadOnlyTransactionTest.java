package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.StatementRecording;
import dev.dbos.testing.TestPostgres;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A transaction that only reads leaves the user's database alone. */
class ReadOnlyTransactionTest {
  private static final TransactionOptions READ_ONLY = TransactionOptions.DEFAULT.withReadOnly();

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void itsResultIsReplayedAlthoughTheDataHasChanged(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();

      Replay replay =
          Replay.begin(
              premises,
              () ->
                  shop.call(
                      "look",
                      READ_ONLY,
                      tables -> {
                        runs.incrementAndGet();
                        return stockOfTea(tables);
                      }));
      premises.ledger().application().execute("update stock set quantity = 3");

      assertThat(replay.resume()).isEqualTo(new Outcomes("10", "10"));
      assertThat(runs).hasValue(1);
      assertThat(premises.ledger().recordedSteps("look")).isEqualTo(1);
      assertThat(premises.ledger().outputRows()).isZero();
    }
  }

  private static String stockOfTea(ShopTables tables) throws Exception {
    return String.valueOf(tables.value("select quantity from stock where sku = 'tea'"));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theDatabaseRefusesItsWrites(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises, () -> shop.call("reserve", READ_ONLY, tables -> tables.reserve("tea")));

      String refusal =
          setting.product() == Product.POSTGRESQL ? "read-only transaction" : "readonly database";
      assertThat(outcomes.firstFailure()).hasMessageContaining(refusal);
      assertThat(outcomes.replayedFailure())
          .isExactlyInstanceOf(outcomes.firstFailure().getClass())
          .hasMessage(outcomes.firstFailure().getMessage());
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theNextTransactionMayWriteAgain(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      assertThatThrownBy(() -> shop.call("look", READ_ONLY, tables -> tables.reserve("tea")))
          .isInstanceOf(Exception.class);

      assertThat(shop.<Integer>call("reserve", tables -> tables.reserve("tea"))).isEqualTo(9);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void nothingIsWrittenToTheUsersDatabase(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      StatementRecording recording =
          TestPostgres.shared()
              .record(
                  Site.databaseName(premises.site().applicationUrl()),
                  () ->
                      Replay.of(
                          premises,
                          () -> shop.call("look", READ_ONLY, ReadOnlyTransactionTest::stockOfTea)));

      assertThat(recording.writingCommits()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void aRoleThatMayOnlyReadIsEnough(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      premises.shop();
      PostgresRole reader = TestPostgres.shared().createRole();
      premises.ledger().application().execute("grant select on stock to " + reader.name());
      premises.ledger().application().execute("grant usage on schema dbos to " + reader.name());
      String database = Site.databaseName(premises.site().applicationUrl());
      Shop shop =
          premises.keep(
              setting.adapter().open(TestPostgres.shared().url(database, reader), Options.DEFAULT));

      Outcomes outcomes =
          Replay.of(
              premises, () -> shop.call("look", READ_ONLY, ReadOnlyTransactionTest::stockOfTea));

      assertThat(outcomes).isEqualTo(new Outcomes("10", "10"));
    }
  }
}
