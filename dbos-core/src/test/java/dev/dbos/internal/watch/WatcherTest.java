package dev.dbos.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.datasource.ListenMode;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.store.StreamStore.Place;
import dev.dbos.internal.watch.WatchFixture.Product;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class WatcherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Named STATUS = new Named("order-42", "status");
  private static final Named CARD = new Named("order-42", "card");
  private static final String PAID =
      "INSERT INTO workflow_events (workflow_uuid, key, value, serialization)"
          + " VALUES ('order-42', 'status', '1', 'portable_json')";

  private static void eventually(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private static Duration awaitTold(Watch watch) throws Exception {
    long begin = System.nanoTime();
    watch.told().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private static String message(String id, String topic) {
    return "INSERT INTO notifications (message_uuid, destination_uuid, topic, message,"
        + " serialization, created_at_epoch_ms, consumed) VALUES ('"
        + id
        + "', 'order-42', '"
        + topic
        + "', '1', 'portable_json', 1, FALSE)";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatThisProcessChangedIsToldAtOnce(Product product) throws Exception {
    try (WatchFixture site = new WatchFixture(product);
        Watcher watcher = site.watcher()) {
      try (Watch status = watcher.watch(new Condition.Event(STATUS));
          Watch card = watcher.watch(new Condition.Message(CARD))) {
        watcher.changed(Topic.of(Channel.EVENTS, STATUS));

        assertThat(status.told()).isDone();
        assertThat(card.told()).isNotDone();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAnotherProcessChangedIsToldLongBeforeItWouldBeLookedAt(Product product)
      throws Exception {
    try (WatchFixture site = new WatchFixture(product);
        Watcher watcher = site.watcher();
        Watcher other = site.watcher()) {
      if (product == Product.POSTGRESQL) {
        eventually("listening", () -> watcher.state() == ListenerState.LISTENING);
      }
      List<Duration> waited = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        try (Watch status = watcher.watch(new Condition.Event(STATUS))) {
          site.execute(i == 0 ? PAID : "UPDATE workflow_events SET value = '" + i + "'");
          other.changed(Topic.of(Channel.EVENTS, STATUS));
          waited.add(awaitTold(status));
        }
      }

      // The first look of one who is told otherwise is after a second.
      assertThat(waited).anyMatch(time -> time.compareTo(Duration.ofMillis(500)) < 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void everyKindOfChangeIsFoundEvenIfNobodyTells(Product product) throws Exception {
    for (ListenMode mode : ListenMode.values()) {
      try (WatchFixture site = new WatchFixture(product);
          Watcher watcher = site.watcher(site.url(), Runs.NONE, mode)) {
        Watch event = watcher.watch(new Condition.Event(STATUS));
        Watch message = watcher.watch(new Condition.Message(CARD));
        Watch entry = watcher.watch(new Condition.Entry(new Place(STATUS, 1)));
        Watch end = watcher.watch(new Condition.Ended("order-42"));
        Watch last = watcher.watch(new Condition.Final("order-42"));
        Watch never = watcher.watch(new Condition.Message(new Named("order-42", "other")));
        site.execute(PAID);
        awaitTold(event);
        site.execute(message("1", "card"));
        awaitTold(message);
        site.execute(
            "INSERT INTO streams (workflow_uuid, key, value, \"offset\", function_id)"
                + " VALUES ('order-42', 'status', '1', 1, 0)");
        awaitTold(entry);
        assertThat(end.told()).isNotDone();
        site.execute("UPDATE workflow_status SET status = 'CANCELLED'");
        awaitTold(end);
        assertThat(last.told()).isNotDone();
        site.execute("DELETE FROM workflow_status");
        awaitTold(last);
        assertThat(never.told()).isNotDone();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aChangeBetweenOpeningAndWaitingIsNotMissed(Product product) throws Exception {
    try (WatchFixture site = new WatchFixture(product);
        Watcher watcher = site.watcher()) {
      for (int i = 0; i < 20; i++) {
        try (Watch message = watcher.watch(new Condition.Message(CARD))) {
          site.execute(message("m" + i, "card"));
          awaitTold(message);
        }
        site.execute("UPDATE notifications SET consumed = TRUE");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void thousandsOfWatchesAreFoundTogether(Product product) throws Exception {
    try (WatchFixture site = new WatchFixture(product);
        Watcher watcher = site.watcher(site.url(), Runs.NONE, ListenMode.OFF)) {
      List<Watch> watches =
          IntStream.range(0, 2_500)
              .mapToObj(i -> watcher.watch(new Condition.Message(new Named("order-42", "t" + i))))
              .toList();
      site.execute(message("first", "t0"));
      site.execute(message("last", "t2499"));
      awaitTold(watches.getFirst());
      awaitTold(watches.getLast());

      assertThat(watches).filteredOn(watch -> watch.told().isDone()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRunLearnsThatItsWorkflowIsNotItsOwnAnyMore(Product product) throws Exception {
    OneRun run = new OneRun();
    try (WatchFixture site = new WatchFixture(product);
        Watcher watcher = site.watcher(site.url(), run, ListenMode.AUTO)) {
      watcher.runBegan();
      site.execute("UPDATE workflow_status SET owner_xid = 'another run'");
      eventually(
          "the new owner",
          () -> run.seen.stream().anyMatch(standing -> "another run".equals(standing.owner())));
      run.seen.clear();
      site.execute("UPDATE workflow_status SET status = 'CANCELLED'");
      watcher.changed(Topic.workflow("order-42"));

      eventually(
          "the cancellation",
          () -> run.seen.stream().anyMatch(standing -> standing.state().equals("CANCELLED")));
    }
  }

  private static final class OneRun implements Runs, WatchedRun {
    final BlockingQueue<Standing> seen = new LinkedBlockingQueue<>();

    @Override
    public void enqueued(String queueName) {}

    @Override
    public Collection<OneRun> active() {
      return List.of(this);
    }

    @Override
    public Optional<OneRun> active(String workflowId) {
      return Optional.of(this);
    }

    @Override
    public String workflowId() {
      return "order-42";
    }

    @Override
    public void noticed(@Nullable Standing standing) {
      if (standing != null) {
        seen.add(standing);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void closingTellsWhoeverWaits(Product product) {
    try (WatchFixture site = new WatchFixture(product)) {
      Watcher watcher = site.watcher();
      Watch before = watcher.watch(new Condition.Event(STATUS));
      watcher.close();
      Watch after = watcher.watch(new Condition.Event(STATUS));

      for (Watch watch : List.of(before, after)) {
        assertThatThrownBy(() -> watch.told().get(1, TimeUnit.SECONDS))
            .cause()
            .isInstanceOf(DbosClosedException.class)
            .hasMessage(
                "This DBOS was closed while something was waited for. Nothing that was waited for is"
                    + " affected.");
      }
    }
  }

  @Test
  void aListenerThatWasKilledIsReplacedAndNothingIsLost() throws Exception {
    try (WatchFixture site = new WatchFixture(Product.POSTGRESQL);
        Watcher watcher = site.watcher()) {
      eventually("listening", () -> watcher.state() == ListenerState.LISTENING);
      try (Watch status = watcher.watch(new Condition.Event(STATUS))) {
        killListener(site);
        site.execute(PAID);
        awaitTold(status);
      }
      eventually("listening again", () -> watcher.state() == ListenerState.LISTENING);
    }
  }

  private static void killListener(WatchFixture site) throws SQLException {
    try (Connection operator = TestPostgres.shared().connect(site.databaseName(), "operator");
        Statement statement = operator.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name LIKE '%/listener'");
    }
  }

  @Test
  void aBlackHoleIsNoticedAndWhatHappensMeanwhileIsFound() throws Exception {
    try (TcpProxy proxy = TestPostgres.shared().proxy();
        WatchFixture site = new WatchFixture(Product.POSTGRESQL);
        Watcher watcher =
            site.watcher(
                TestPostgres.shared().url(site.databaseName(), proxy),
                Runs.NONE,
                ListenMode.AUTO)) {
      eventually("listening", () -> watcher.state() == ListenerState.LISTENING);
      try (Watch status = watcher.watch(new Condition.Event(STATUS))) {
        long begin = System.nanoTime();
        proxy.blackHole();
        site.execute(PAID);
        eventually("noticed", () -> watcher.state() == ListenerState.DEGRADED);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .isLessThan(
                PostgresListener.HEARTBEAT
                    .plus(PostgresListener.PATIENCE)
                    .plus(Duration.ofSeconds(20)));
        assertThat(status.told()).isNotDone();
        proxy.accept();
        awaitTold(status);
      }
      eventually("listening again", () -> watcher.state() == ListenerState.LISTENING);
    }
  }

  @Test
  void whereNobodyMayListenEverythingIsFoundByPolling() throws Exception {
    try (WatchFixture site = new WatchFixture(Product.POSTGRESQL);
        Watcher watcher = site.watcher(site.url(), Runs.NONE, ListenMode.OFF);
        Watch status = watcher.watch(new Condition.Event(STATUS))) {
      site.execute(PAID);

      assertThat(awaitTold(status)).isLessThan(PATIENCE);
      assertThat(watcher.state()).isEqualTo(ListenerState.POLLING);
    }
  }
}
