package dev.dbos.chaos;

/** What driver and workers say to each other, line by line. */
final class Lines {
  /** A worker has launched. */
  static final String LAUNCHED = "launched";

  /** A worker runs its first workflow. */
  static final String WORKING = "working";

  /** A worker stays at a point; its name and the id of the workflow follow. */
  static final String AT = "at ";

  /** A worker has closed everything. */
  static final String CLOSED = "closed";

  /** To a worker: start nothing new. */
  static final String DRAIN = "drain";

  /** To a worker: close. */
  static final String CLOSE = "close";

  /** To a worker: stop at a point; its name and the number of the passing follow. */
  static final String STOP = "stop";

  /** To a worker: who has stopped at a point may leave it. */
  static final String GO = "go";

  /** To a worker: put the clock; the milliseconds from the real time follow. */
  static final String CLOCK = "clock";

  private Lines() {}

  static void say(String line) {
    System.out.println(line);
  }
}
