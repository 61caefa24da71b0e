package dev.dbos.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a move has done.
 *
 * @param from the database that was moved, without a password
 * @param to where it is now, without a password
 * @param rows how many rows of each table were carried over, by the table's name
 * @param unfinished how many of the workflows had not ended, and go on there
 * @param wasThere whether a move before had carried all of it over already
 */
public record MoveReport(
    String from, String to, Map<String, Long> rows, long unfinished, boolean wasThere) {
  /** Copies the map. */
  public MoveReport {
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
  }

  /** How many workflows were carried over. */
  public long workflows() {
    return rows.getOrDefault("workflow_status", 0L);
  }
}
