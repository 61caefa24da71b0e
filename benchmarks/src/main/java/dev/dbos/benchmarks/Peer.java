package dev.dbos.benchmarks;

import java.util.Set;

/**
 * Somebody who takes part.
 *
 * @param name what the tables call it
 * @param databases how many it uses
 * @param workloads those it runs
 * @param floor the name of the peer it is compared with, itself for a floor
 * @param opening opens it on databases that nobody else uses
 */
record Peer(String name, int databases, Set<Workload> workloads, String floor, Opening opening) {
  static final Set<Workload> ALL = Set.of(Workload.values());

  /** Opens a contender. */
  @FunctionalInterface
  interface Opening {
    /**
     * Opens it.
     *
     * @param systemUrl the database of workflows and steps
     * @param applicationUrl the database of the application's rows; the same for one of one
     */
    Contender open(String systemUrl, String applicationUrl) throws Exception;
  }

  /** Whether one of some arguments is a name, with dashes between its words. */
  static boolean isNamed(String name, Set<String> arguments) {
    return arguments.contains(name.replaceAll("\\W+", "-"));
  }
}
