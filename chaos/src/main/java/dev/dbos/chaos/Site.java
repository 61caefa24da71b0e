package dev.dbos.chaos;

import dev.dbos.testing.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The databases of a run, past all that breaks on the way to them. */
sealed interface Site extends AutoCloseable permits SqliteSite, PostgresSite {
  /** Makes the databases and opens the banks. */
  static Site of(Arrangement arrangement) throws SQLException {
    Site site =
        switch (arrangement) {
          case SQLITE -> SqliteSite.create();
          case POSTGRES -> PostgresSite.create(false);
          case POSTGRES_SEVERAL -> PostgresSite.create(true);
        };
    for (Store store : Store.values()) {
      try (Connection connection = site.connect(store)) {
        Bank.open(connection, store);
      }
    }
    return site;
  }

  /** A connection of the driver's own, in autocommit mode. */
  Connection connect(Store store) throws SQLException;

  /** Where a worker finds a database. */
  String url(Store store);

  /** The same through a proxy. */
  String url(Store store, TcpProxy proxy);

  /** A proxy in front of the server; empty where there is none. */
  Optional<TcpProxy> proxy();

  /** A table of the library. */
  String systemTable(String name);

  /**
   * Where the results of transactions are kept beside a bank's tables; empty where they are not.
   */
  Optional<String> outputTable(Store store);

  /** Whether two databases are one. */
  boolean areOne(Store one, Store other);

  @Override
  void close();
}
