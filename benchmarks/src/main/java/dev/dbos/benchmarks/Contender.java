package dev.dbos.benchmarks;

import java.sql.SQLException;

/** Something that can run the workloads. */
interface Contender extends AutoCloseable {
  /** Runs one workflow to its end; {@code id} is unique over all runs. */
  void run(Workload workload, String id) throws Exception;

  /** What it has left in its databases, from those. */
  Tally tally() throws SQLException;

  @Override
  void close();
}
