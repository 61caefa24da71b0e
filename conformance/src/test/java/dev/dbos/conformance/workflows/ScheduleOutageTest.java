package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.ScheduleFixture.id;
import static dev.dbos.conformance.workflows.ScheduleFixture.result;
import static dev.dbos.conformance.workflows.ScheduleFixture.schedule;
import static dev.dbos.conformance.workflows.ScheduleFixture.started;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Misfire;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules whose system database is away, or goes while a tick is fired. */
@Timeout(300)
class ScheduleOutageTest {
  private static final String TROUBLE =
      "The schedules cannot be looked at, so their ticks are late; the log says why.";

  private static DbosBuilder shop(ScheduleFixture fixture, TcpProxy proxy) {
    return fixture
        .shop()
        .systemDatabaseUrl(
            TestPostgres.shared().url(Site.databaseName(fixture.site.systemUrl()), proxy))
        .systemDatabasePool(PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(5)));
  }

  @Test
  void aTickInAnOutageIsLateAndHealthSaysSo() {
    try (ScheduleFixture fixture = new ScheduleFixture(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy();
        DBOS dbos = shop(fixture, proxy).schedule(schedule("0 * * * *")).launch();
        DbosClient customer = fixture.customer()) {
      assertThat(dbos.health().problems()).doesNotContain(TROUBLE);
      proxy.refuse();
      proxy.cutAll();
      fixture.at("2026-03-01T09:00:00Z");
      Eventually.holds("trouble", () -> dbos.health().problems().contains(TROUBLE));
      proxy.accept();

      assertThat(result(customer, "2026-03-01T09:00:00Z")).isEqualTo("tea at 2026-03-01T09:00:00Z");
      Eventually.holds("no trouble", () -> !dbos.health().problems().contains(TROUBLE));
    }
  }

  /** Before the commit, and after it, with an answer that never came. */
  @ParameterizedTest
  @EnumSource(
      value = Action.class,
      names = {"CUT_BEFORE", "CUT_AFTER_SERVER_ANSWER"})
  void aConnectionThatBreaksWhileATickIsFiredMakesNoDifference(Action action)
      throws InterruptedException {
    try (ScheduleFixture fixture = new ScheduleFixture(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy();
        DBOS dbos =
            shop(fixture, proxy).schedule(schedule("0 * * * *").withMisfire(Misfire.ALL)).launch();
        DbosClient customer = fixture.customer()) {
      Cut fired =
          proxy.onClientStatement(
              sql -> sql.toLowerCase(Locale.ROOT).contains("\"last_fired_at\" ="), action);
      fixture.at("2026-03-01T09:00:00Z");
      result(customer, "2026-03-01T09:00:00Z");
      Cut committed = proxy.cutAfterCommitSent();
      fixture.at("2026-03-01T10:00:00Z");
      result(customer, "2026-03-01T10:00:00Z");

      fired.await(ScheduleFixture.PATIENCE);
      committed.await(ScheduleFixture.PATIENCE);
      assertThat(started(customer)).containsExactly("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z");
      assertThat(customer.status(id("2026-03-01T09:00:00Z")).orElseThrow().attempts()).isEqualTo(1);
      Eventually.holds("no trouble", () -> !dbos.health().problems().contains(TROUBLE));
    }
  }
}
