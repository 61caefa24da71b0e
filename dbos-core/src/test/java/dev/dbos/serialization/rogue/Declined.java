package dev.dbos.serialization.rogue;

/** An exception of a library that the application does not trust. */
public class Declined extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Declined(String message, Throwable cause) {
    super(message, cause);
  }
}
