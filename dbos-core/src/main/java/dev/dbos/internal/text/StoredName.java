package dev.dbos.internal.text;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What names, ids, keys and topics may be, on every database alike: PostgreSQL stores no NUL, UTF-8
 * has no half characters, and what is indexed must fit into a page of an index.
 */
public final class StoredName {
  /** The most bytes of UTF-8 that a name may take; two of them fit into one entry of an index. */
  public static final int MOST_BYTES = 1_000;

  /** The same for an id that was made from another one by putting something behind it. */
  public static final int MOST_BYTES_DERIVED = 1_250;

  private static final int SHOWN = 40;

  private StoredName() {}

  /**
   * Returns {@code text}, which may be stored.
   *
   * @param what what it is, for messages: {@code workflow id}
   * @throws IllegalArgumentException when it holds a NUL or half a character, or is too long
   */
  public static String require(String what, String text) {
    return require(what, text, MOST_BYTES);
  }

  /** Like {@link #require}, for an id to which something was added. */
  public static String requireDerived(String what, String text) {
    return require(what, text, MOST_BYTES_DERIVED);
  }

  private static String require(String what, String text, int most) {
    requireCharacters(what, text);
    if (isLongerThan(text, most)) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " "
              + shown(text)
              + " takes more than "
              + most
              + " bytes, the most that is stored. Choose a shorter one.");
    }
    return text;
  }

  /**
   * Returns {@code text}, however long, without NUL and half characters.
   *
   * @throws IllegalArgumentException when it holds one
   */
  public static String requireCharacters(String what, String text) {
    String problem = problem(text);
    if (problem != null) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " "
              + shown(text)
              + " holds "
              + problem
              + ", which databases do not store. Remove it.");
    }
    return text;
  }

  /**
   * Returns JSON that PostgreSQL takes for its JSON type, which knows neither an escaped NUL nor an
   * escaped half character.
   *
   * @throws IllegalArgumentException when it holds one
   */
  public static String requireJson(String what, String json) {
    for (int i = json.indexOf('\\'); i >= 0; i = json.indexOf('\\', i + 2)) {
      if (json.startsWith("\\u0000", i) || isHalfCharacter(json, i)) {
        throw new IllegalArgumentException(
            "The "
                + what
                + " hold a NUL character or half of a surrogate pair, which databases do not store."
                + " Remove it.");
      }
    }
    return json;
  }

  /** Whole ones are not escaped. */
  private static boolean isHalfCharacter(String json, int escape) {
    return json.regionMatches(true, escape, "\\ud", 0, 3)
        && escape + 3 < json.length()
        && Character.digit(json.charAt(escape + 3), 16) >= 8;
  }

  private static @Nullable String problem(String text) {
    if (text.indexOf('\0') >= 0) {
      return "a NUL character";
    }
    return hasHalfCharacter(text) ? "half of a surrogate pair" : null;
  }

  /** Whether it holds a surrogate without its other half. */
  public static boolean hasHalfCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (Character.isSurrogate(each)) {
        boolean pair =
            Character.isHighSurrogate(each)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** Whether it takes more than so many bytes of UTF-8; it holds no half characters. */
  public static boolean isLongerThan(String text, long bytes) {
    // A char takes one to three bytes.
    if (text.length() * 3L <= bytes) {
      return false;
    }
    long needed = 0;
    for (int i = 0; i < text.length() && needed <= bytes; i++) {
      char each = text.charAt(i);
      needed += each < 0x80 ? 1 : each < 0x800 || Character.isSurrogate(each) ? 2 : 3;
    }
    return needed > bytes;
  }

  /** Its beginning, quoted, with what cannot be seen as escapes. */
  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char each = text.charAt(i);
      boolean visible = !Character.isISOControl(each) && !Character.isSurrogate(each);
      shown.append(
          visible ? String.valueOf(each) : String.format(Locale.ROOT, "\\u%04x", (int) each));
    }
    return shown.append(text.length() > SHOWN ? "...\"" : "\"").toString();
  }
}
