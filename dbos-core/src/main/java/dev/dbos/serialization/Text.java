package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What a database column can hold. */
final class Text {

  private static final JsonFactory FACTORY = Limits.factory().build();

  private Text() {}

  /**
   * Escapes unpaired surrogates in JSON text, which UTF-8 cannot carry. Inside valid JSON they only
   * occur in strings and names, where the escape means the same character.
   */
  static String storable(String json) {
    for (int i = 0; i < json.length(); i++) {
      if (Character.isSurrogate(json.charAt(i)) && isUnpaired(json, i)) {
        return readable(escapeFrom(json, i));
      }
    }
    return json;
  }

  /** Half a character may be escaped in a string, but no parser takes it in a name. */
  private static String readable(String json) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      boolean more = true;
      while (more) {
        more = parser.nextToken() != null;
      }
      return json;
    } catch (JacksonException unreadable) {
      throw new SerializationException(
          "A value with half of a surrogate pair in the key of a map or in a name cannot be stored:"
              + " it could not be read again; remove it",
          unreadable);
    }
  }

  private static String escapeFrom(String json, int first) {
    StringBuilder escaped = new StringBuilder(json.length() + 16).append(json, 0, first);
    for (int i = first; i < json.length(); i++) {
      char character = json.charAt(i);
      if (Character.isSurrogate(character) && isUnpaired(json, i)) {
        escaped.append("\\u").append(Integer.toHexString(character));
      } else {
        escaped.append(character);
      }
    }
    return escaped.toString();
  }

  private static boolean isUnpaired(String text, int index) {
    if (Character.isHighSurrogate(text.charAt(index))) {
      return index + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
  }
}
