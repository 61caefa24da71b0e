package dev.dbos.testing;

/**
 * Says that a test cannot run here. It is printed, since a report of skipped tests is easily
 * overlooked; {@code .ci/run} repeats these lines at its end.
 */
public final class Skipped {
  /** What each line begins with. */
  public static final String MARK = "SKIPPED: ";

  private Skipped() {}

  /**
   * Prints a line to standard output.
   *
   * @param what the tests
   * @param reason what is missing, and how to get it
   * @return the line without its mark, for the report
   */
  public static String loudly(String what, String reason) {
    String line = what + ": " + reason;
    System.out.println(MARK + line);
    return line;
  }
}
