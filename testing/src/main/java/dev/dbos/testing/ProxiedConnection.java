package dev.dbos.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One client of a {@link TcpProxy} and its connection to the server.
 *
 * <p>Two threads, one for each direction. Both count requests, of which a client may send several
 * at once: the client's thread those that it has passed on (the session's start is the first), the
 * server's thread those that the server has answered with ReadyForQuery. To drop the answer to a
 * statement, the client's thread, before it passes the statement on, names the request that the
 * statement is in; from that request on the server's thread passes nothing to the client, and when
 * its end arrives, it closes.
 */
final class ProxiedConnection {
  private static final int CANCEL_REQUEST = 80877102;
  private static final int TLS_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;
  private static final char READY_FOR_QUERY = 'Z';

  private final TcpProxy proxy;
  private final Socket client;
  private final Socket server;
  private final ClientStatements statements = new ClientStatements();

  /** Requests, by their number, in which a transaction ends that was not declared READ ONLY. */
  private final Set<Long> commits = ConcurrentHashMap.newKeySet();

  private long sent;
  private volatile long droppedFrom = Long.MAX_VALUE;
  private volatile Optional<Cut> cut = Optional.empty();
  private volatile boolean closed;

  ProxiedConnection(TcpProxy proxy, Socket client, Socket server) throws IOException {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
  }

  void start() {
    thread("client", this::forwardRequests).start();
    thread("server", this::forwardAnswers).start();
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    closeQuietly(client);
    closeQuietly(server);
    proxy.forget(this);
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }

  private Thread thread(String side, Transfer transfer) {
    return Thread.ofPlatform()
        .daemon()
        .name("proxy-" + proxy.port() + "-" + side)
        .unstarted(
            () -> {
              try {
                transfer.run();
              } catch (IOException e) {
                // One side is gone; so the other one goes too.
              } finally {
                close();
              }
            });
  }

  private void forwardRequests() throws IOException {
    DataInputStream in = input(client);
    DataOutputStream out = output(server);
    forwardStart(in, out);
    while (true) {
      WireMessage message = WireMessage.read(in);
      proxy.awaitNetwork(this);
      Optional<String> executed = statements.observe(message);
      if (executed.filter(TcpProxy::commits).isPresent()) {
        commits.add(sent + 1);
      }
      Optional<Cut> claimed = executed.flatMap(proxy::claim);
      if (claimed.isPresent()) {
        if (claimed.get().action() == TcpProxy.Action.CUT_BEFORE) {
          out.flush();
          claimed.get().happen();
          return;
        }
        cut = claimed;
        droppedFrom = sent + 1;
      }
      message.writeTo(out);
      if (ClientStatements.endsRequest(message)) {
        sent++;
        if (in.available() == 0) {
          proxy.countExchange();
        }
      }
      flushWhenIdle(in, out);
    }
  }

  /** Encryption is declined here, so that all that follows can be read. */
  private void forwardStart(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      byte[] body = WireMessage.readBody(in);
      proxy.awaitNetwork(this);
      int code = ByteBuffer.wrap(body).getInt();
      if (code == TLS_REQUEST || code == GSS_REQUEST) {
        client.getOutputStream().write('N');
        continue;
      }
      WireMessage.writeBody(out, body);
      out.flush();
      if (code != CANCEL_REQUEST) {
        sent = 1;
        return;
      }
    }
  }

  private void forwardAnswers() throws IOException {
    DataInputStream in = input(server);
    DataOutputStream out = output(client);
    long answered = 0;
    while (true) {
      WireMessage message = WireMessage.read(in);
      proxy.awaitNetwork(this);
      boolean dropped = answered + 1 >= droppedFrom;
      if (!dropped) {
        boolean committed = message.isCommitted() && commits.remove(answered + 1);
        (committed ? proxy.answerToCommit(message) : message).writeTo(out);
        flushWhenIdle(in, out);
      }
      if (message.type() == READY_FOR_QUERY) {
        answered++;
        if (dropped) {
          cut.ifPresent(Cut::happen);
          return;
        }
      }
    }
  }

  private static void flushWhenIdle(DataInputStream in, DataOutputStream out) throws IOException {
    if (in.available() == 0) {
      out.flush();
    }
  }

  private static DataInputStream input(Socket socket) throws IOException {
    return new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  private static DataOutputStream output(Socket socket) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
  }

  @FunctionalInterface
  private interface Transfer {
    void run() throws IOException;
  }
}
