package dev.dbos.benchmarks;

import java.sql.SQLException;

/** Something that can run the workloads. */
interface Contender extends AutoCloseable {
  /** What the table calls it. */
  String name();

  /** Runs one workflow to its end. */
  void run(Workload workload, String id) throws SQLException;

  @Override
  void close();
}
