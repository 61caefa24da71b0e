package dev.dbos.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The network in front of a PostgreSQL server, which breaks when a test wants it to.
 *
 * <p>It understands the protocol that clients speak, so it can break at a statement: before the
 * server gets it, or after the server has carried it out and before the client hears of it. It
 * declines encryption. Safe for use by several threads.
 */
public final class TcpProxy implements AutoCloseable {
  /** When a connection breaks. */
  public enum Action {
    /** The server never gets the statement. What the client sent before it, it gets. */
    CUT_BEFORE,

    /**
     * The server gets the statement and the rest of its request and answers, with success or error;
     * the client gets no answer to any of it.
     */
    CUT_AFTER_SERVER_ANSWER
  }

  /** COMMIT at the start of a statement, unlike the one in ON COMMIT DROP. */
  private static final Pattern COMMIT =
      Pattern.compile("(?:^|;)\\s*COMMIT\\b", Pattern.CASE_INSENSITIVE);

  /**
   * Below the ports that systems hand out by themselves: nobody can take the port while this proxy
   * refuses connections, and no client that keeps trying can connect to itself. Two JVMs that test
   * side by side have a range each; the property is their number, from 1.
   */
  private static final int FIRST_PORT =
      20_000 + (Integer.getInteger("dbos.test.fork", 1) - 1) % 2 * 5_000;

  private static final int LAST_PORT = FIRST_PORT + 5_000;
  private static final int PORTS_TO_TRY = 100;
  private static final int BACKLOG = 300;

  private final String host;
  private final int targetPort;
  private final int port;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final List<Cut> cuts = new CopyOnWriteArrayList<>();
  private final Queue<FalseAnswer> falseAnswers = new ConcurrentLinkedQueue<>();
  private final AtomicLong exchanges = new AtomicLong();
  private Listener listener;
  private boolean silent;
  private volatile long delayNanos;

  private TcpProxy(String host, int targetPort, ServerSocket socket) {
    this.host = host;
    this.targetPort = targetPort;
    this.port = socket.getLocalPort();
    this.listener = listen(socket);
  }

  /**
   * Starts a proxy on a free port of the loopback interface.
   *
   * @param host the server's host
   * @param port the server's port
   * @return a proxy that forwards everything
   */
  public static TcpProxy to(String host, int port) {
    return new TcpProxy(host, port, bindFreePort());
  }

  /**
   * Where clients connect.
   *
   * @return the port on the loopback interface, the same for the life of this proxy
   */
  public int port() {
    return port;
  }

  /**
   * Counts the exchanges with the server: how often a client sent something and then had to wait
   * for the server. Requests that a client sends together, as its BEGIN and the first statement,
   * are one exchange; the start of a session is not counted.
   *
   * @return the exchanges of all connections so far
   */
  public long exchanges() {
    return exchanges.get();
  }

  /**
   * Counts the clients.
   *
   * @return the connections that are open now
   */
  public int connections() {
    return connections.size();
  }

  /** Breaks every connection. New ones are forwarded as before. */
  public void cutAll() {
    List.copyOf(connections).forEach(ProxiedConnection::close);
  }

  /**
   * Loses the answer to the next COMMIT: the server has committed, the client does not know. The
   * end of a transaction that was declared READ ONLY does not count, here and in the methods below.
   *
   * @return the break in store
   */
  public Cut cutAfterCommitSent() {
    return onClientStatement(TcpProxy::commits, Action.CUT_AFTER_SERVER_ANSWER);
  }

  /**
   * Loses the next COMMIT itself: the server has not committed, the client does not know.
   *
   * @return the break in store
   */
  public Cut cutBeforeCommit() {
    return onClientStatement(TcpProxy::commits, Action.CUT_BEFORE);
  }

  /**
   * Answers the next COMMIT with an error although the server has committed. The connection stays.
   *
   * @param sqlState the error's SQLSTATE
   * @param message the error's text
   * @return the answer in store
   */
  public FalseAnswer answerCommitWithError(String sqlState, String message) {
    FalseAnswer answer = new FalseAnswer(sqlState, message);
    falseAnswers.add(answer);
    return answer;
  }

  /**
   * Breaks at the next execution of a statement.
   *
   * @param statement tells by its SQL which one; in the simple query protocol the SQL may be of
   *     several statements
   * @param action when the connection breaks
   * @return the break in store
   */
  public Cut onClientStatement(Predicate<String> statement, Action action) {
    return onClientStatement(statement, action, 0);
  }

  /**
   * Breaks at a later execution of a statement.
   *
   * @param statement tells by its SQL which one
   * @param action when the connection breaks
   * @param skip how many executions to let pass before, of all connections together
   * @return the break in store
   */
  public Cut onClientStatement(Predicate<String> statement, Action action, int skip) {
    Cut cut = new Cut(statement, action, skip);
    cuts.add(cut);
    return cut;
  }

  /** Refuses new connections, as a host does on which no server runs. Open connections stay. */
  public synchronized void refuse() {
    listener.stop();
  }

  /**
   * Keeps every connection, new ones too, and delivers nothing in either direction, as a network
   * does that loses all packets.
   */
  public synchronized void blackHole() {
    silent = true;
  }

  /**
   * Makes the network slow: everything that is read takes so much longer to be passed on.
   *
   * @param delay how long; zero ends it
   */
  public void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }

  /**
   * Ends {@link #refuse} and {@link #blackHole}: new connections are accepted, and what the black
   * hole held back is delivered.
   */
  public synchronized void accept() {
    silent = false;
    notifyAll();
    if (listener.isStopped()) {
      listener = listen(bind(port));
    }
  }

  /** Refuses new connections and breaks the open ones. */
  @Override
  public void close() {
    refuse();
    cutAll();
  }

  Optional<Cut> claim(String sql) {
    Optional<Cut> claimed = cuts.stream().filter(cut -> cut.claims(sql)).findFirst();
    claimed.ifPresent(cuts::remove);
    return claimed;
  }

  /** What to tell a client instead of that it has committed; just that, as a rule. */
  WireMessage answerToCommit(WireMessage truth) {
    FalseAnswer lie = falseAnswers.poll();
    return lie == null ? truth : lie.tell();
  }

  void countExchange() {
    exchanges.incrementAndGet();
  }

  synchronized void forget(ProxiedConnection connection) {
    connections.remove(connection);
    // It may be waiting for the end of the black hole.
    notifyAll();
  }

  /** Returns when something can be delivered. */
  void awaitNetwork(ProxiedConnection connection) throws IOException {
    long delay = delayNanos;
    if (delay > 0) {
      LockSupport.parkNanos(delay);
    }
    awaitEndOfBlackHole(connection);
  }

  private synchronized void awaitEndOfBlackHole(ProxiedConnection connection) throws IOException {
    while (silent) {
      if (connection.isClosed()) {
        throw new IOException("closed");
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  static boolean commits(String sql) {
    return COMMIT.matcher(sql).find();
  }

  private Listener listen(ServerSocket socket) {
    return new Listener(socket, this::open);
  }

  private void open(Socket client) {
    Socket server = new Socket();
    try {
      server.connect(new InetSocketAddress(host, targetPort));
      ProxiedConnection connection = new ProxiedConnection(this, client, server);
      connections.add(connection);
      connection.start();
    } catch (IOException e) {
      ProxiedConnection.closeQuietly(client);
      ProxiedConnection.closeQuietly(server);
    }
  }

  private static ServerSocket bindFreePort() {
    for (int i = 1; i < PORTS_TO_TRY; i++) {
      int candidate = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try {
        return bind(candidate);
      } catch (UncheckedIOException e) {
        // Taken; the next one may be free.
      }
    }
    return bind(0);
  }

  private static ServerSocket bind(int port) {
    try {
      return new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("Could not listen on port " + port, e);
    }
  }
}
