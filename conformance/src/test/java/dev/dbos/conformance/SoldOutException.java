package dev.dbos.conformance;

/** The goods cannot be had. */
public class SoldOutException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates one that says why. */
  public SoldOutException(String message) {
    super(message);
  }
}
