package dev.dbos.serialization;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A result as it is stored: the text of an output or of an error, never both, and the name of the
 * format the text is in.
 *
 * @param outputText the serialized output, or null
 * @param errorText the serialized error, or null
 * @param format the stored format name, or null where another implementation left it out
 */
public record Payload(
    @Nullable String outputText, @Nullable String errorText, @Nullable String format) {

  /** Neither output nor error: a step that records only that it happened. */
  public static final Payload NOTHING = new Payload(null, null, null);

  /** A serialized output. */
  public static Payload output(String text, String format) {
    return new Payload(text, null, format);
  }

  /** A serialized error. */
  public static Payload error(String text, String format) {
    return new Payload(null, text, format);
  }

  /** Whether it is an error. */
  public boolean isError() {
    return errorText != null;
  }

  /** The text, of whichever kind it is. */
  public Optional<String> text() {
    return Optional.ofNullable(isError() ? errorText : outputText);
  }
}
