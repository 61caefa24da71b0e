package dev.dbos.conformance;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The shop's tables as a transaction sees them, whichever adapter it is of. */
interface ShopTables {
  /** Takes one piece out of stock for a reservation; returns how many are left. */
  int reserve(String sku) throws SQLException;

  /** Runs a statement; returns how many rows it changed. */
  int execute(String sql) throws SQLException;

  /** The first column of the first row, as text. */
  @Nullable String value(String sql) throws SQLException;

  /** The connection underneath. */
  Connection connection();
}
