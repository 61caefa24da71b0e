package dev.dbos.internal.watch;

import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Listening;
import dev.dbos.internal.sql.SqlFailure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection on which the server tells what changed. A connection that stays silent is
 * asked every few seconds whether it still listens: a network may lose it without telling, and a
 * pooler may have put another session behind it. When it is lost, another one is opened, and then
 * everything is looked at, since what was told meanwhile is not known.
 */
final class PostgresListener implements AutoCloseable {
  /** How long the connection may be silent before it is asked. */
  static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** How soon it has to answer. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(PostgresListener.class);
  private static final Duration READ = Duration.ofMillis(500);
  private static final Map<String, Channel> CHANNELS = new HashMap<>();

  static {
    for (Channel channel : Channel.values()) {
      CHANNELS.put(channel.channelName(), channel);
    }
  }

  /** Who is told. */
  interface Audience {
    /** Something changed. */
    void heard(Topic topic);

    /** How this process gets to know of changes is different from now on. */
    void now(ListenerState state);
  }

  private final Database database;
  private final Audience audience;
  private final Object signal = new Object();
  private boolean closed;
  private @Nullable Connection connection;
  private boolean lost;

  PostgresListener(Database database, Audience audience) {
    this.database = database;
    this.audience = audience;
  }

  void start() {
    Thread thread = new Thread(this::run, "dbos listener");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    for (int attempt = 1; !isClosed(); attempt++) {
      try {
        if (database.listening() instanceof Listening.Unsupported) {
          audience.now(ListenerState.POLLING);
          return;
        }
        Optional<Connection> opened = database.openBeside("listener");
        if (opened.isEmpty()) {
          giveUp("connections come from a data source of the application, which may be a pool");
          return;
        }
        try (Connection own = keep(opened.get())) {
          if (!listens(own)) {
            giveUp("a pooler stands before the server");
            return;
          }
          attempt = 1;
          listening();
          receive(own);
        }
      } catch (SQLException | RuntimeException failure) {
        if (isClosed()) {
          return;
        }
        if (!lost && failure instanceof SQLException && !SqlFailure.of(failure).isRetryable()) {
          giveUp("the server does not support it: " + failure.getMessage());
          return;
        }
        lost(failure);
      }
      pause(outages.after(attempt));
    }
  }

  private Connection keep(Connection opened) throws SQLException {
    synchronized (signal) {
      if (closed) {
        opened.close();
      }
      connection = opened;
    }
    opened.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
    return opened;
  }

  /** Begins to listen, and asks in another transaction whether that lasted. */
  private static boolean listens(Connection own) throws SQLException {
    try (Statement statement = own.createStatement()) {
      for (Channel channel : Channel.values()) {
        statement.execute(Dialect.Postgres.listen(channel.channelName()));
      }
    }
    return stillListens(own);
  }

  private static boolean stillListens(Connection own) throws SQLException {
    Set<String> channels = new HashSet<>();
    try (Statement statement = own.createStatement();
        ResultSet rows = statement.executeQuery(Dialect.Postgres.LISTENING_CHANNELS)) {
      while (rows.next()) {
        channels.add(rows.getString(1));
      }
    }
    return channels.containsAll(CHANNELS.keySet());
  }

  private void receive(Connection own) throws SQLException {
    PGConnection session = own.unwrap(PGConnection.class);
    long heardAt = System.nanoTime();
    while (!isClosed()) {
      PGNotification[] notifications = session.getNotifications((int) READ.toMillis());
      if (notifications != null && notifications.length > 0) {
        for (PGNotification notification : notifications) {
          Channel channel = CHANNELS.get(notification.getName());
          if (channel != null) {
            audience.heard(new Topic(channel, notification.getParameter()));
          }
        }
        heardAt = System.nanoTime();
      } else if (System.nanoTime() - heardAt >= HEARTBEAT.toNanos()) {
        if (!stillListens(own)) {
          throw new SQLException("The session behind the connection does not listen any more");
        }
        heardAt = System.nanoTime();
      }
    }
  }

  private void listening() {
    if (lost) {
      LOG.info("Told again of what changes in the {}", database.name());
    }
    lost = false;
    audience.now(ListenerState.LISTENING);
  }

  private void lost(Exception failure) {
    if (!lost) {
      LOG.warn(
          "The connection that tells what changes in the {} is lost; polling until it is back",
          database.name(),
          failure);
    }
    lost = true;
    audience.now(ListenerState.DEGRADED);
  }

  private void giveUp(String why) {
    LOG.info("What changes in the {} is found by polling: {}", database.name(), why);
    audience.now(ListenerState.POLLING);
  }

  private boolean isClosed() {
    synchronized (signal) {
      return closed;
    }
  }

  private void pause(Duration duration) {
    long deadline = System.nanoTime() + duration.toNanos();
    synchronized (signal) {
      try {
        for (long left = duration.toNanos();
            left > 0 && !closed;
            left = deadline - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(signal, left);
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        closed = true;
      }
    }
  }

  @Override
  public void close() {
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
      if (connection != null) {
        try {
          // Ends a read, which a close would wait for.
          connection.abort(Runnable::run);
        } catch (SQLException broken) {
          LOG.debug("The connection that listened was broken when it was closed", broken);
        }
      }
    }
  }
}
