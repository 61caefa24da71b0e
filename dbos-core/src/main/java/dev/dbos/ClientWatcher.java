package dev.dbos;

import dev.dbos.datasource.Listening;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.watch.ListenerState;
import dev.dbos.internal.watch.Runs;
import dev.dbos.internal.watch.Watcher;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The watcher of a client, which is there from the first wait on. */
final class ClientWatcher implements Supplier<Watcher>, AutoCloseable {
  private final SystemDatabase systemDatabase;
  private final Listening listening;
  private @Nullable Watcher watcher;

  ClientWatcher(SystemDatabase systemDatabase, Listening listening) {
    this.systemDatabase = systemDatabase;
    this.listening = listening;
  }

  @Override
  public synchronized Watcher get() {
    Watcher known = watcher;
    if (known == null) {
      known = new Watcher(systemDatabase, Runs.NONE, listening);
      watcher = known;
    }
    return known;
  }

  /** How it gets to know of changes; by asking as long as nobody waits. */
  synchronized ListenerState state() {
    return watcher == null ? ListenerState.POLLING : watcher.state();
  }

  @Override
  public synchronized void close() {
    if (watcher != null) {
      watcher.close();
    }
  }
}
