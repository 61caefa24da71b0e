package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.SchemaDdl;
import dev.dbos.conformance.CheckoutProgram.Order;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.SchemaException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TestPostgres;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A role that may read and write rows and nothing else, after an administrator has been there. */
class LeastPrivilegeTest {
  private static final TestPostgres SERVER = TestPostgres.shared();

  private static final class Counter implements AutoCloseable {
    private final Setting setting;
    private final Premises premises;
    private final PostgresRole role = SERVER.createRole();

    Counter(Setting setting) {
      this.setting = setting;
      this.premises = Premises.of(setting);
    }

    void prepareSystemTables() {
      DBOS.migrate(premises.site().systemUrl(), "dbos", role.name());
    }

    void prepareShop() {
      DirectSql administrator = premises.ledger().application();
      SchemaDdl.datasource(DatabaseUrl.Kind.POSTGRESQL, "dbos").forEach(administrator::execute);
      SchemaDdl.grants("dbos", role.name()).forEach(administrator::execute);
      administrator.execute("GRANT SELECT, INSERT, UPDATE ON stock, reservation TO " + role.name());
    }

    String url(String url) {
      return SERVER.url(Site.databaseName(url), role);
    }

    DbosBuilder runtime() {
      return Checkout.runtime(url(premises.site().systemUrl())).migrate(MigrationMode.VALIDATE);
    }

    Shop shop() {
      return premises.shop(url(premises.site().applicationUrl()));
    }

    @Override
    public void close() {
      premises.close();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void workflowsTransactionsAndErrorsWork(Setting setting) {
    try (Counter counter = new Counter(setting)) {
      counter.prepareSystemTables();
      counter.prepareShop();
      Shop shop = counter.shop();
      DBOS dbos =
          counter.premises.keep(
              counter
                  .runtime()
                  .datasource(shop.datasource())
                  .workflow(CHECKOUT, sku -> shop.call("reserve", tables -> reserve(tables, sku)))
                  .launch());

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
      assertThatThrownBy(() -> dbos.run(CHECKOUT, Checkout.UNICORN))
          .isInstanceOf(WorkflowFailedException.class)
          .hasCauseInstanceOf(SoldOutException.class);
      assertThat(counter.premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void recoveryAndTheCleaningOfOutputRowsWork(Setting setting) throws Exception {
    try (Counter counter = new Counter(setting)) {
      counter.prepareSystemTables();
      counter.prepareShop();
      Premises premises = counter.premises;
      String application = counter.url(premises.site().applicationUrl());
      Order order = new Order("order-42", "tea", Point.BEFORE_COMMIT);
      ChildJvm child =
          premises.keep(
              CheckoutProgram.start(
                  counter.setting, application, counter.url(premises.site().systemUrl()), order));
      child.awaitLine(Point.BEFORE_COMMIT.name()::equals, PATIENCE);
      child.kill();
      Shop shop = counter.shop();
      DBOS dbos =
          premises.keep(
              new Checkout(shop, new Journey()).launch(counter.url(premises.site().systemUrl())));

      assertThat(dbos.retrieve("order-42", Integer.class).result(PATIENCE)).isEqualTo(9);
      dbos.run(CHECKOUT, "tea");
      Eventually.await("cleaned", () -> premises.ledger().outputRows() <= 1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void aRoleThatMayNotTouchTheRowsIsToldSoAtTheLaunchWithTheStatements(Setting setting) {
    try (Counter counter = new Counter(setting)) {
      DBOS.migrate(counter.premises.site().systemUrl(), "dbos", null);
      DirectSql administrator = counter.premises.ledger().system();
      administrator.execute("GRANT USAGE ON SCHEMA dbos TO " + counter.role.name());
      administrator.execute("GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO " + counter.role.name());

      assertThatThrownBy(() -> counter.runtime().launch())
          .isInstanceOf(SchemaException.class)
          .hasMessage(
              "The role that system database is opened with may not read and write the system"
                  + " tables. Have an owner run:\n"
                  + "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"dbos\" TO "
                  + counter.role.name()
                  + ";")
          .hasMessageNotContaining(counter.role.password());
    }
  }

  private static int reserve(ShopTables tables, String sku) throws Exception {
    int left = tables.reserve(sku);
    if (sku.equals(Checkout.UNICORN)) {
      throw new SoldOutException("No unicorn can be had");
    }
    return left;
  }
}
