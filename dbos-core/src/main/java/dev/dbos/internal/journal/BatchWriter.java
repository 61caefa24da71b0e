package dev.dbos.internal.journal;

import java.sql.SQLException;
import java.util.List;

/** Writes checkpoints in one commit and tells each what came of it. */
interface BatchWriter {
  /**
   * Writes all or nothing. Writing the same again after a lost acknowledgement changes nothing.
   *
   * @throws SQLException when nothing was written, or nobody knows
   */
  void write(List<Checkpoint> batch) throws SQLException;
}
