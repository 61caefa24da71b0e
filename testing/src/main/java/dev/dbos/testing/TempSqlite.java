package dev.dbos.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A place for one SQLite database: a file in a directory of its own, which goes away with
 * everything that SQLite puts beside it. The file itself is made by whoever connects first.
 */
public final class TempSqlite implements AutoCloseable {
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private final Path directory;

  private TempSqlite(Path directory) {
    this.directory = directory;
  }

  /**
   * Finds a new place.
   *
   * @return a path nobody else uses
   * @throws UncheckedIOException if the temporary directory cannot be written to
   */
  public static TempSqlite create() {
    try {
      return in(DataDirectory.scratch());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Finds a new place on a disk, where a commit costs what it costs: with the temporary files, even
   * if there is a faster place in memory.
   *
   * @return a path nobody else uses
   * @throws UncheckedIOException if the temporary directory cannot be written to
   */
  public static TempSqlite durable() {
    try {
      return in(Path.of(System.getProperty("java.io.tmpdir")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TempSqlite in(Path parent) throws IOException {
    return new TempSqlite(Files.createTempDirectory(parent, "dbos-sqlite-").toRealPath());
  }

  /**
   * The database's file.
   *
   * @return its absolute path
   */
  public Path path() {
    return directory.resolve("database.sqlite");
  }

  /**
   * The database's URL.
   *
   * @return {@code sqlite:///} and the absolute path, so on most systems four slashes
   */
  public String url() {
    return "sqlite:///" + path().toString().replace(File.separatorChar, '/');
  }

  /**
   * The database's URL for {@link java.sql.DriverManager}.
   *
   * @return {@code jdbc:sqlite:} and the absolute path
   */
  public String jdbcUrl() {
    return "jdbc:sqlite:" + path();
  }

  /**
   * Deletes the database, its log and its shared memory.
   *
   * @throws UncheckedIOException if something cannot be deleted, on Windows because it is open
   */
  @Override
  public void close() {
    try {
      while (Files.exists(directory)) {
        // Whoever closes the file last, perhaps a process that is about to end, deletes its log.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
          for (Path file : files) {
            Files.deleteIfExists(file);
          }
        }
        deleteIfEmpty(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException newFile) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
