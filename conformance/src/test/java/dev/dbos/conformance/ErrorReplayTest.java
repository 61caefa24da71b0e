package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.datasource.DatasourceBuilder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What leaves the body undoes its writes, is recorded, and is thrown alike on the replay. */
class ErrorReplayTest {
  private static final Options IMPATIENT =
      new Options() {
        @Override
        public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
          return builder.name("shop").statementTimeout(Duration.ofSeconds(2));
        }
      };

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aCheckedExceptionOfTheApplication(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Outcomes outcomes =
          failing(
              premises,
              premises.shop(),
              tables -> {
                throw new SoldOutException("No unicorn can be had");
              });

      assertThat(outcomes.first()).isExactlyInstanceOf(SoldOutException.class);
      assertThat(outcomes.replayed()).isExactlyInstanceOf(SoldOutException.class);
      assertThat(outcomes.replayedFailure()).hasMessage("No unicorn can be had");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aViolatedConstraint(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Outcomes outcomes =
          failing(
              premises,
              premises.shop(),
              tables -> tables.execute("insert into stock values ('tea', 5)"));

      assertAlike(outcomes);
      assertThat(outcomes.replayedFailure().getMessage()).containsIgnoringCase("unique");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aConstraintThatIsCheckedOnlyAtTheCommit(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      premises
          .ledger()
          .application()
          .execute(
              "create table shipment (sku varchar(40) references stock (sku)"
                  + " deferrable initially deferred)");

      Outcomes outcomes =
          failing(
              premises,
              premises.shop(),
              tables -> tables.execute("insert into shipment values ('dragon')"));

      assertAlike(outcomes);
      assertThat(outcomes.replayedFailure().getMessage()).containsIgnoringCase("foreign key");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aStatementThatTakesTooLong(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Outcomes outcomes =
          failing(premises, premises.shop(IMPATIENT), tables -> tables.value(endless(setting)));

      assertAlike(outcomes);
      assertThat(outcomes.replayedFailure().getMessage())
          .containsIgnoringCase(
              setting.product() == Product.POSTGRESQL ? "statement timeout" : "interrupt");
    }
  }

  private static String endless(Setting setting) {
    return switch (setting.product()) {
      case POSTGRESQL -> "select pg_sleep(60)";
      case SQLITE ->
          "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n";
    };
  }

  /** Reserves, then fails; nothing of it may stay, and the body may run only once. */
  private static Outcomes failing(Premises premises, Shop shop, Shop.Action failure) {
    AtomicInteger runs = new AtomicInteger();

    Outcomes outcomes =
        Replay.of(
            premises,
            () ->
                shop.call(
                    "reserve",
                    tables -> {
                      runs.incrementAndGet();
                      tables.reserve("tea");
                      failure.run(tables);
                      return "reserved";
                    }));

    assertThat(runs).hasValue(1);
    assertThat(premises.ledger().reservations()).isZero();
    assertThat(premises.ledger().stockOf("tea")).isEqualTo(10);
    assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    return outcomes;
  }

  private static void assertAlike(Outcomes outcomes) {
    Exception first = outcomes.firstFailure();
    Exception replayed = outcomes.replayedFailure();
    assertThat(replayed).isExactlyInstanceOf(first.getClass()).hasMessage(first.getMessage());
    SQLException before = sqlException(first);
    SQLException after = sqlException(replayed);
    assertThat(after.getClass()).isEqualTo(before.getClass());
    assertThat(after.getSQLState()).isEqualTo(before.getSQLState());
    assertThat(after.getErrorCode()).isEqualTo(before.getErrorCode());
  }

  private static SQLException sqlException(@Nullable Throwable failure) {
    Throwable next = failure;
    while (next != null && !(next instanceof SQLException)) {
      next = next.getCause();
    }
    return (SQLException) Objects.requireNonNull(next, "an SQLException behind " + failure);
  }
}
