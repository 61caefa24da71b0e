package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.error.DatabaseUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Says who has the connections of a pool that has none left, since when, and what to set.
 *
 * @param leases those that were lent by this library
 */
record PoolExhaustion(Pools.Owner owner, DataSource source, List<Lease> leases) {
  private static final int SHOWN = 5;

  DatabaseUnavailableException explain(SQLException failure) {
    return new DatabaseUnavailableException(
        "No connection to " + owner.name() + " became free " + patience() + ": " + state(failure),
        owner.name(),
        failure);
  }

  private String state(SQLException failure) {
    int capacity = Pools.capacity(source);
    int open = Pools.opened(source);
    if (failure.getCause() == null && open < capacity) {
      return open
          + " of "
          + capacity
          + " are open and in use"
          + holders()
          + ", and another one was not open by then. Look whether the machine or the database has"
          + " too much to do, or raise the connection timeout of the pool.";
    }
    return (capacity == 0 ? "too many" : "all " + capacity)
        + " are in use"
        + holders()
        + elsewhere(capacity)
        + ". Shorten the transactions that hold them, or raise "
        + owner.sizeSetting()
        + ".";
  }

  private String patience() {
    return source instanceof HikariDataSource pool
        ? "within " + pool.getConnectionTimeout() + " ms"
        : "in time";
  }

  private String holders() {
    if (leases.isEmpty()) {
      return "";
    }
    int more = leases.size() - SHOWN;
    return leases.stream()
            .sorted(Comparator.comparing(Lease::age).reversed())
            .limit(SHOWN)
            .map(lease -> lease.borrower() + " for " + inWords(lease.age()))
            .collect(Collectors.joining(", ", ", by ", ""))
        + (more > 0 ? " and " + more + " more" : "");
  }

  /** Those that the application takes from its pool itself. */
  private String elsewhere(int capacity) {
    int others = capacity - leases.size();
    return others > 0 ? ", " + others + " of them outside of this datasource" : "";
  }

  private static String inWords(Duration age) {
    return age.toSeconds() < 10 ? age.toMillis() + " ms" : age.toSeconds() + " s";
  }
}
