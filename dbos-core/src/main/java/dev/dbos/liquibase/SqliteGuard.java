package dev.dbos.liquibase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * An operating system lock on a file beside the database.
 *
 * <p>The database file itself cannot serve: closing any channel on it would drop the locks that
 * SQLite holds in this process. The file beside it is removed by its holder, which opens a race:
 * another process may have opened the file just before, and gets the lock of a file that has no
 * name any more while a third one creates it afresh. So the holder first removes the file, then
 * marks it with one byte, then unlocks. Whoever locks a marked file holds nothing and tries again.
 * Only the holder of an unmarked file removes it, hence never somebody else's.
 *
 * <p>One JVM must not contend with itself, for the same reason as above: closing the losing channel
 * would drop the winner's lock. {@link MigrationTurn} sees to that.
 */
final class SqliteGuard implements MigrationGuard {

  private static final byte[] REMOVED = {'-'};

  private final Path file;
  private @Nullable FileChannel channel;

  SqliteGuard(Path database) {
    this.file = database.resolveSibling(database.getFileName() + ".migrate.lock");
  }

  @Override
  public boolean exclusive() {
    return true;
  }

  @Override
  public boolean tryAcquire() throws IOException {
    FileChannel opened =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean acquired = false;
    try {
      acquired = locked(opened) && opened.size() == 0;
    } finally {
      if (acquired) {
        channel = opened;
      } else {
        opened.close();
      }
    }
    return acquired;
  }

  private static boolean locked(FileChannel opened) throws IOException {
    try {
      return opened.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Held in this very JVM.
      return false;
    }
  }

  @Override
  public void release() throws IOException {
    FileChannel held = channel;
    if (held == null) {
      return;
    }
    channel = null;
    try (held) {
      if (Files.deleteIfExists(file)) {
        held.write(ByteBuffer.wrap(REMOVED));
      }
    }
  }
}
