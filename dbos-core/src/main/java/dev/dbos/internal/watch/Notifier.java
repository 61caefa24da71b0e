package dev.dbos.internal.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SqlFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells other processes on PostgreSQL what changed, as well as it can and never in anybody's way:
 * the commit of a transaction that notifies takes a lock of the whole server, so one transaction
 * carries what came together in some milliseconds. What is lost others find by looking.
 */
final class Notifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final int CAPACITY = 10_000;
  private static final int MOST_BYTES = 7_999;
  private static final Duration BETWEEN = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LAST_WORDS = Duration.ofMillis(200);

  private final Database database;
  private final BlockingQueue<Topic> waiting = new ArrayBlockingQueue<>(CAPACITY);
  private final Object signal = new Object();
  private boolean closed;
  private volatile boolean refused;
  private volatile @Nullable Thread thread;

  Notifier(Database database) {
    this.database = database;
  }

  /** Tells it a little later. */
  void tell(Topic topic) {
    if (refused || !waiting.offer(topic) || thread != null) {
      return;
    }
    synchronized (signal) {
      if (thread == null && !closed) {
        Thread sender = new Thread(this::send, "dbos notifier");
        sender.setDaemon(true);
        thread = sender;
        sender.start();
      }
    }
  }

  private void send() {
    try {
      while (!refused) {
        Topic first = isClosed() ? waiting.poll() : waiting.poll(1, TimeUnit.SECONDS);
        if (first != null) {
          send(first);
          pause();
        } else if (isClosed()) {
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Topic first) {
    Set<Topic> topics = new LinkedHashSet<>();
    topics.add(first);
    waiting.drainTo(topics, CAPACITY);
    topics.removeIf(topic -> topic.payload().getBytes(UTF_8).length > MOST_BYTES);
    try {
      database.readWithin(PATIENCE, connection -> send(connection, topics));
    } catch (SQLException | RuntimeException failure) {
      if (failure instanceof SQLException && !SqlFailure.of(failure).isRetryable()) {
        LOG.info("The {} takes no notifications: {}", database.name(), failure.getMessage());
        refused = true;
      } else {
        LOG.debug("Notifications were lost; those who wait will look", failure);
      }
    }
  }

  private static boolean send(Connection connection, Collection<Topic> topics) throws SQLException {
    List<String> channels = new ArrayList<>();
    List<String> payloads = new ArrayList<>();
    for (Topic topic : topics) {
      channels.add(topic.channel().channelName());
      payloads.add(topic.payload());
    }
    try (PreparedStatement statement = connection.prepareStatement(Dialect.Postgres.NOTIFY)) {
      statement.setArray(1, connection.createArrayOf("text", channels.toArray()));
      statement.setArray(2, connection.createArrayOf("text", payloads.toArray()));
      return statement.execute();
    }
  }

  private void pause() throws InterruptedException {
    synchronized (signal) {
      if (!closed) {
        TimeUnit.NANOSECONDS.timedWait(signal, BETWEEN.toNanos());
      }
    }
  }

  private boolean isClosed() {
    synchronized (signal) {
      return closed;
    }
  }

  /** Gives what was handed in before a moment to be told; a server that is away loses it. */
  @Override
  public void close() {
    Thread sender;
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
      sender = thread;
    }
    if (sender != null && !waiting.isEmpty()) {
      try {
        sender.join(LAST_WORDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
