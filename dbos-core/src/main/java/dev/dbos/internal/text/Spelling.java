package dev.dbos.internal.text;

import java.util.Collection;
import java.util.Locale;

/** Finds what somebody who misspelt a word may have meant. */
public final class Spelling {
  private Spelling() {}

  /**
   * The known word that takes the fewest changes to get from {@code word}, whatever the case; the
   * first in alphabetical order when there are several.
   *
   * @throws IllegalArgumentException when no word is known
   */
  public static String nearest(String word, Collection<String> known) {
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String candidate : known.stream().sorted().toList()) {
      int changes = changes(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (changes < fewest) {
        best = candidate;
        fewest = changes;
      }
    }
    if (best == null) {
      throw new IllegalArgumentException("No word is known");
    }
    return best;
  }

  /** The Levenshtein distance, row by row. */
  private static int changes(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      row[column] = column;
    }
    for (int line = 1; line <= from.length(); line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
        diagonal = row[column];
        row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
      }
    }
    return row[to.length()];
  }
}
