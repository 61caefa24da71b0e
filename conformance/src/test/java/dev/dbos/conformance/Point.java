package dev.dbos.conformance;

/** A point in a checkout at which something can go wrong. */
enum Point {
  BEFORE_TRANSACTION,
  BODY_BEGINS,
  BEFORE_COMMIT,
  AFTER_TRANSACTION,
  CHARGING
}
