package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of the parts of a URL, as UTF-8. */
final class PercentCoding {

  private static final String UNRESERVED = "-._~";

  private PercentCoding() {}

  /**
   * Decodes {@code text}; a {@code +} stays a plus.
   *
   * @param part what the text is, for the message; the text itself may be a secret
   * @throws ConfigurationException when it is not the encoding of UTF-8 text
   */
  static String decode(String text, String part) {
    if (text.indexOf('%') < 0) {
      return checked(text, part);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    int position = 0;
    while (position < text.length()) {
      int percent = text.indexOf('%', position);
      int plainEnd = percent < 0 ? text.length() : percent;
      bytes.writeBytes(text.substring(position, plainEnd).getBytes(StandardCharsets.UTF_8));
      position = plainEnd;
      if (percent >= 0) {
        bytes.write(byteAt(text, percent, part));
        position = percent + 3;
      }
    }
    return checked(utf8(bytes.toByteArray(), part), part);
  }

  /** Encodes everything but ASCII letters, digits and {@code -._~}. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (value & 0xff);
      if (isUnreserved(character)) {
        encoded.append(character);
      } else {
        encoded.append('%').append(hexDigit(value >> 4)).append(hexDigit(value));
      }
    }
    return encoded.toString();
  }

  private static int byteAt(String text, int percent, String part) {
    int high = percent + 2 < text.length() ? hexValue(text.charAt(percent + 1)) : -1;
    int low = percent + 2 < text.length() ? hexValue(text.charAt(percent + 2)) : -1;
    if (high < 0 || low < 0) {
      throw new ConfigurationException(
          "The "
              + part
              + " in the connection URL has a `%` without two hexadecimal digits behind it;"
              + " write a percent sign as %25",
          null);
    }
    return (high << 4) | low;
  }

  private static String utf8(byte[] bytes, String part) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new ConfigurationException(
          "The " + part + " in the connection URL is not percent-encoded UTF-8", notUtf8);
    }
  }

  private static String checked(String text, String part) {
    if (text.indexOf('\0') >= 0) {
      throw new ConfigurationException(
          "The " + part + " in the connection URL holds a NUL character; remove it", null);
    }
    return text;
  }

  private static boolean isUnreserved(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || UNRESERVED.indexOf(character) >= 0;
  }

  /** The value of an ASCII hexadecimal digit; {@code Character.digit} would take any script's. */
  private static int hexValue(char character) {
    return character < 128 ? Character.digit(character, 16) : -1;
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value & 0xf, 16));
  }
}
