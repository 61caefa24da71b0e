package dev.dbos.internal.watch;

import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether anybody, in whatever process, has changed the SQLite file since the last question. The
 * answer costs microseconds: it is read from shared memory. Used by one thread.
 */
final class DataVersion implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataVersion.class);

  private final Database database;
  private @Nullable Connection connection;
  private @Nullable PreparedStatement question;
  private long known;

  DataVersion(Database database) {
    this.database = database;
  }

  /**
   * Also true the first time.
   *
   * @throws SQLException when the file cannot be asked
   */
  boolean changed() throws SQLException {
    PreparedStatement asked = question == null ? open() : question;
    try (ResultSet row = asked.executeQuery()) {
      long version = row.next() ? row.getLong(1) : -1;
      boolean changed = version != known;
      known = version;
      return changed;
    } catch (SQLException failure) {
      close();
      throw failure;
    }
  }

  private PreparedStatement open() throws SQLException {
    Connection opened = database.openBeside("watcher").orElseThrow();
    connection = opened;
    question = opened.prepareStatement(Dialect.Sqlite.DATA_VERSION);
    known = -1;
    return Objects.requireNonNull(question);
  }

  @Override
  public void close() {
    Connection opened = connection;
    connection = null;
    question = null;
    if (opened != null) {
      try {
        opened.close();
      } catch (SQLException broken) {
        LOG.debug("A connection to {} was broken when it was closed", database.name(), broken);
      }
    }
  }
}
