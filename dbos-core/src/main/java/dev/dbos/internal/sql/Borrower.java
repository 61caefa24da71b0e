package dev.dbos.internal.sql;

import org.jspecify.annotations.Nullable;

/**
 * Who borrows a connection, for those who find none.
 *
 * @param transaction the name of the transaction, or null for work of the library's own
 * @param workflowId the workflow it belongs to, or null
 */
public record Borrower(@Nullable String transaction, @Nullable String workflowId) {
  /** The library itself: what it reads and writes for all workflows. */
  public static final Borrower LIBRARY = new Borrower(null, null);

  @Override
  public String toString() {
    String what =
        transaction == null ? "the library's own work" : "transaction \"" + transaction + "\"";
    return workflowId == null ? what : what + " of workflow " + workflowId;
  }
}
