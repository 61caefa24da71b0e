package dev.dbos.conformance;

/** A database product the suite runs on. */
public enum Product {
  SQLITE,
  POSTGRESQL
}
