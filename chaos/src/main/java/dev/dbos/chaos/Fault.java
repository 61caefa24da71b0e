package dev.dbos.chaos;

/** What is done to a worker, its network or its database. */
enum Fault {
  /** A worker is killed at a random moment. */
  KILLED(true),
  /** A worker is killed before it has done anything. */
  KILLED_AT_LAUNCH(true),
  /** A worker is killed at a marked point. */
  KILLED_AT_POINT(true),
  /** A worker is killed while the server has a COMMIT of it, or has lost one. */
  KILLED_IN_COMMIT(true),
  /** A worker that came back too late, to find another one in its place, is killed in the end. */
  ZOMBIE_KILLED(true),
  /** A worker is frozen, another one takes its place, then the first goes on. */
  ZOMBIE(false),
  /** A worker is frozen for a moment. */
  FROZEN(false),
  /** A worker is told to close in the middle of its work. */
  CLOSED(false),
  /** A worker's clock jumps. */
  CLOCK_STEP(false),
  /** A transfer is cancelled, and perhaps resumed. */
  CANCELLED(false),
  /** All connections of a worker to one database break. */
  CUT(false),
  /** They become slow. */
  DELAYED(false),
  /** Nothing gets through, then everything. */
  BLACK_HOLE(false),
  /** Nothing gets through, and what was on its way is lost. */
  LOST_IN_BLACK_HOLE(false),
  /** Connections break, and new ones are refused for a while. */
  REFUSED(false),
  /** A COMMIT does not reach the server. */
  COMMIT_LOST(false),
  /** The answer to a COMMIT does not reach the worker. */
  COMMIT_ANSWER_LOST(false),
  /** A batch of checkpoints does not reach the server. */
  CHECKPOINT_LOST(false),
  /** The answer to a batch of checkpoints does not reach the worker. */
  CHECKPOINT_ANSWER_LOST(false),
  /** A worker is told that nobody knows what came of a COMMIT. */
  COMMIT_UNKNOWN(false),
  /** The server ends sessions. */
  TERMINATED(false),
  /** Rivals change the accounts that transfers change: 40001. */
  CONFLICT_STORM(false),
  /** Rivals lock the accounts in all orders: 40P01. */
  DEADLOCK_STORM(false),
  /** The server is shut down immediately and started again. */
  SERVER_CRASH(false),
  /** Somebody holds the lock of a file. */
  FILE_LOCKED(false),
  /** Many short transactions on a file. */
  LOCK_STORM(false),
  /** There is no room left on the disk. */
  DISK_FULL(false);

  private final boolean kill;

  Fault(boolean kill) {
    this.kill = kill;
  }

  /** Whether a process is killed by it. */
  boolean isKill() {
    return kill;
  }
}
