package dev.dbos.benchmarks;

/**
 * What a line of the table is about.
 *
 * @param workload what is done
 * @param clients how many at once
 * @param peer who does it
 * @param floor the peer it is compared with, itself for a floor
 * @param official the official library in its place
 */
record Subject(String workload, int clients, String peer, String floor, String official) {
  static final String OFFICIAL = "official Java";

  /** Of a peer that runs a workload of the suite. */
  static Subject of(Peer peer, String workload, int clients) {
    String official = peer.databases() == 1 ? OFFICIAL : OFFICIAL + ", 2 databases";
    return new Subject(workload, clients, peer.name(), peer.floor(), official);
  }

  /** Of one of those whose floor is called by hand. */
  static Subject of(String workload, int clients, String peer) {
    return new Subject(workload, clients, peer, "by hand", OFFICIAL);
  }
}
