package dev.dbos.serialization;

/** What a database column can hold. */
final class Text {

  private Text() {}

  /**
   * Escapes unpaired surrogates in JSON text, which UTF-8 cannot carry. Inside valid JSON they only
   * occur in strings and names, where the escape means the same character.
   */
  static String storable(String json) {
    for (int i = 0; i < json.length(); i++) {
      if (Character.isSurrogate(json.charAt(i)) && isUnpaired(json, i)) {
        return escapeFrom(json, i);
      }
    }
    return json;
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
