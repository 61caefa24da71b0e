package dev.dbos.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** Accepts connections until it is stopped. */
final class Listener {
  private final ServerSocket socket;
  private final Consumer<Socket> opened;
  private final Thread thread;

  Listener(ServerSocket socket, Consumer<Socket> opened) {
    this.socket = socket;
    this.opened = opened;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("proxy-" + socket.getLocalPort() + "-listener")
            .start(this::acceptAll);
  }

  boolean isStopped() {
    return socket.isClosed();
  }

  /** The port is free when this returns: the system keeps it until the thread is out of accept. */
  void stop() {
    try {
      socket.close();
      thread.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptAll() {
    try {
      while (true) {
        opened.accept(socket.accept());
      }
    } catch (IOException e) {
      // Stopped.
    }
  }
}
