package dev.dbos.internal.sql;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes use one SQLite file as their system database, told by locks of the operating
 * system on a small file beside it. SQLite itself lets them share, so this only warns.
 *
 * <p>Protocol: the file has {@value #SEATS} seats. A process sits down by locking one byte, far
 * behind the contents, and writes into the seat's line who it is. A locked seat is a process that
 * lives; the system takes the lock away from one that was killed, so a line that nobody locks is of
 * the past and is written over. The file is left where it is: deleting it could take it from under
 * somebody who is just sitting down.
 *
 * <p>One channel for each file and process: on POSIX, closing any channel of a file gives up all
 * locks of the process on it.
 */
final class SqliteProcesses implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteProcesses.class);
  private static final String SUFFIX = "-processes";
  private static final int SEATS = 64;
  private static final int LINE = 128;
  private static final long FIRST_LOCK = 1L << 20;
  private static final ReentrantLock GUARD = new ReentrantLock();
  private static final Map<Path, SqliteProcesses> HERE = new HashMap<>();

  private final Path file;
  private final FileChannel channel;
  private int users = 1;

  private SqliteProcesses(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Announces this process, and warns of others. Null where the file system does not support it,
   * which is no reason not to start.
   *
   * @param database the real path of the database file
   */
  static @Nullable SqliteProcesses join(Path database) {
    Path file = database.resolveSibling(database.getFileName() + SUFFIX);
    GUARD.lock();
    try {
      SqliteProcesses present = HERE.get(file);
      if (present != null) {
        present.users++;
        return present;
      }
      SqliteProcesses joined = new SqliteProcesses(file, open(file));
      HERE.put(file, joined);
      List<String> others = joined.sitDown();
      if (!others.isEmpty()) {
        LOG.warn("{}", warning(database, others));
      }
      return joined;
    } catch (IOException | UnsupportedOperationException unsupported) {
      LOG.debug("The processes that use {} cannot be told", database, unsupported);
      HERE.remove(file);
      return null;
    } finally {
      GUARD.unlock();
    }
  }

  /**
   * Who uses a database at this moment, without sitting down; nobody where it cannot be told.
   *
   * @param database the real path of the database file
   */
  static List<String> present(Path database) {
    Path file = database.resolveSibling(database.getFileName() + SUFFIX);
    GUARD.lock();
    try {
      if (HERE.containsKey(file)) {
        // To look would take another channel, and closing that would give up our own seat.
        return List.of("this process");
      }
      if (!Files.exists(file)) {
        return List.of();
      }
      try (FileChannel channel = open(file)) {
        return new SqliteProcesses(file, channel).seated();
      }
    } catch (IOException | UnsupportedOperationException unsupported) {
      LOG.debug("The processes that use {} cannot be told", database, unsupported);
      return List.of();
    } finally {
      GUARD.unlock();
    }
  }

  private List<String> seated() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int seat = 0; seat < SEATS; seat++) {
      FileLock lock = tryLock(seat);
      if (lock == null) {
        lines.add(line(seat));
      } else {
        lock.release();
      }
    }
    return lines;
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Takes the first free seat; returns who has the others. */
  private List<String> sitDown() throws IOException {
    List<String> others = new ArrayList<>();
    boolean seated = false;
    for (int seat = 0; seat < SEATS; seat++) {
      FileLock lock = tryLock(seat);
      if (lock == null) {
        others.add(line(seat));
      } else if (seated) {
        lock.release();
      } else {
        seated = true;
        introduce(seat);
      }
    }
    return others;
  }

  private @Nullable FileLock tryLock(int seat) throws IOException {
    try {
      return channel.tryLock(FIRST_LOCK + seat, 1, false);
    } catch (OverlappingFileLockException alsoHere) {
      // Another class loader of this process; its workflows are as far away as another process.
      return null;
    }
  }

  private void introduce(int seat) throws IOException {
    String who = "process " + ProcessHandle.current().pid() + " on " + host();
    byte[] line = new byte[LINE];
    byte[] text = who.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, line, 0, Math.min(text.length, LINE - 1));
    line[LINE - 1] = '\n';
    channel.write(ByteBuffer.wrap(line), (long) seat * LINE);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException unnamed) {
      return "this host";
    }
  }

  /** Who wrote last; the line is made right after the lock is taken, so it may be missing yet. */
  private String line(int seat) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(LINE);
    channel.read(line, (long) seat * LINE);
    String text = new String(line.array(), StandardCharsets.UTF_8).replace('\0', ' ').strip();
    return text.isEmpty() ? "a process that is just starting" : text;
  }

  static String warning(Path database, List<String> others) {
    return "The system database "
        + database
        + " is also in use by "
        + String.join(", ", others)
        + ". SQLite lets one process write at a time, so they slow each other down; for more than"
        + " one process use PostgreSQL.";
  }

  /** Gets up, when the last of this process has finished with the file. */
  @Override
  public void close() {
    GUARD.lock();
    try {
      users--;
      if (users == 0) {
        HERE.remove(file);
        channel.close();
      }
    } catch (IOException failure) {
      LOG.debug("{} could not be closed", file, failure);
    } finally {
      GUARD.unlock();
    }
  }
}
