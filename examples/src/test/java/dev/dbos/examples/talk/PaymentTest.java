package dev.dbos.examples.talk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.testing.TempSqlite;
import org.junit.jupiter.api.Test;

class PaymentTest {
  @Test
  void anOrderIsPaidOnceAlthoughTheBankCallsTwiceAndTheProcessRestarts() {
    try (TempSqlite file = TempSqlite.create()) {
      try (DBOS dbos = launch(file)) {
        assertThat(Payment.pageFor(dbos, "order-42", "tea"))
            .contains("https://pay.example/order-42");
      }
      try (DBOS dbos = launch(file)) {
        Payment.paid(dbos, "order-42", "bank-7", 350);
        Payment.paid(dbos, "order-42", "bank-7", 350);

        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("tea for 350 cents");
        assertThat(Payment.progress(dbos, "order-42"))
            .containsExactly("waiting for payment", "paid");
      }
    }
  }

  private static DBOS launch(TempSqlite file) {
    return Payment.in(DBOS.builder("tea-shop").systemDatabaseUrl(file.url())).launch();
  }
}
