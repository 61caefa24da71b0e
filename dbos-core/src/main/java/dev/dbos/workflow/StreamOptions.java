package dev.dbos.workflow;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a stream is read. Immutable; each {@code with} method returns a changed copy. */
public final class StreamOptions {
  /** From the first value on, waiting as long as it takes for each. */
  public static final StreamOptions DEFAULT = new StreamOptions(0, null);

  private final int offset;
  private final @Nullable Duration valueTimeout;

  private StreamOptions(int offset, @Nullable Duration valueTimeout) {
    this.offset = offset;
    this.valueTimeout = valueTimeout;
  }

  /**
   * Begins with the value at {@code newOffset}; default 0, the first.
   *
   * @throws IllegalArgumentException when negative
   */
  public StreamOptions fromOffset(int newOffset) {
    if (newOffset < 0) {
      throw new IllegalArgumentException("The offset must not be negative: " + newOffset);
    }
    return new StreamOptions(newOffset, valueTimeout);
  }

  /** How long to wait for each value; default without limit. */
  public StreamOptions withValueTimeout(Duration timeout) {
    return new StreamOptions(offset, Objects.requireNonNull(timeout));
  }

  /** The offset of the first value. */
  public int offset() {
    return offset;
  }

  /** How long to wait for each value; empty for no limit. */
  public Optional<Duration> valueTimeout() {
    return Optional.ofNullable(valueTimeout);
  }
}
