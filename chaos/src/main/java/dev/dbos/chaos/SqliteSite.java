package dev.dbos.chaos;

import dev.dbos.testing.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Two files on a file system that can be filled, where this machine lets us make one. */
final class SqliteSite implements Site {
  private final SmallDisk disk;

  private SqliteSite(SmallDisk disk) {
    this.disk = disk;
  }

  static SqliteSite create() {
    return new SqliteSite(SmallDisk.create());
  }

  /** What the files are on. */
  SmallDisk disk() {
    return disk;
  }

  private Path file(Store store) {
    return disk.directory().resolve(store == Store.CHECKING ? "checking.sqlite" : "system.sqlite");
  }

  @Override
  public Connection connect(Store store) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:" + file(store) + "?journal_mode=WAL&busy_timeout=20000");
  }

  @Override
  public String url(Store store) {
    return "sqlite:///" + file(store);
  }

  @Override
  public String url(Store store, TcpProxy proxy) {
    throw new IllegalStateException("There is no network to a file");
  }

  @Override
  public Optional<TcpProxy> proxy() {
    return Optional.empty();
  }

  @Override
  public String systemTable(String name) {
    return name;
  }

  @Override
  public Optional<String> outputTable(Store store) {
    return areOne(store, Store.SYSTEM) ? Optional.empty() : Optional.of("datasource_outputs");
  }

  @Override
  public boolean areOne(Store one, Store other) {
    return file(one).equals(file(other));
  }

  @Override
  public void close() {
    try (Stream<Path> found = Files.walk(disk.directory())) {
      List<Path> innermostFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path path : innermostFirst) {
        if (!path.equals(disk.directory())) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      disk.close();
    }
  }
}
