package dev.dbos.chaos;

/** A bank does not do what it was asked for. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  Refused(String message) {
    super(message);
  }
}
