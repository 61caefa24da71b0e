package dev.dbos.benchmarks;

/** Something that can run the workloads. */
interface Contender extends AutoCloseable {
  /** Runs one workflow to its end; {@code id} is unique over all runs. */
  void run(Workload workload, String id) throws Exception;

  @Override
  void close();
}
