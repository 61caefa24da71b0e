package dev.dbos.serialization;

import dev.dbos.error.StepFailedException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records exceptions as JSON that every language can read, and rebuilds them.
 *
 * <pre>{@code
 * {"name":"OutOfStockException","message":"no tea left","type":"com.acme.OutOfStockException",
 *  "fields":{"sku":"tea"},"stack":["com.acme.Shop.reserve(Shop.java:31)"],"cause":{...}}
 * }</pre>
 *
 * <p>An exception is rebuilt if {@link Trust} allows its class and a constructor restores class,
 * message, cause and fields: by the names of its parameters (compiled with {@code -parameters}, or
 * {@code @JsonProperty}), else one of {@code (String, Throwable)}, {@code (String)}, {@code
 * (Throwable)} and {@code ()}; setters fill in what is left. A driver's {@code SQLException}
 * becomes the JDK's exception for its SQLState with the same message, SQLState and vendor code.
 * Whatever cannot be rebuilt becomes a {@link StepFailedException}. The same holds for each cause.
 *
 * <p>No method throws. Instances are immutable and safe for use by many threads.
 */
public final class ErrorCodec {

  private static final JsonMapper MAPPER = JsonMapper.builder(Limits.factory().build()).build();

  private static final int MOST_SHOWN = 500;

  private final ErrorRecorder recorder;
  private final ErrorRebuilder rebuilder;

  /** Creates one that rebuilds the exception classes which {@code trust} allows. */
  public ErrorCodec(Trust trust) {
    this(trust, PayloadLimit.MOST);
  }

  /**
   * Creates one whose records take at most so much, or 64 KiB if that is more: of an exception that
   * takes more, they hold the class and the beginning of the message.
   */
  public ErrorCodec(Trust trust, PayloadLimit limit) {
    TaggedJson values = TaggedJson.trusting(trust, limit);
    this.rebuilder = new ErrorRebuilder(trust, values, MAPPER);
    this.recorder = new ErrorRecorder(rebuilder, values, MAPPER, limit);
  }

  /** The record of an exception; of an exception that cannot be described, at least its class. */
  public String encode(Throwable error) {
    try {
      return recorder.record(error).text();
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("name", Names.lastSegment(error.getClass().getName()));
      json.put("message", "");
      json.put("type", error.getClass().getName());
      json.put("replaced", "it could not be recorded");
      return json.toString();
    }
  }

  /**
   * The exception of a record, or the {@link StepFailedException} that stands for it. A record of
   * another language, which has no class, is a {@code StepFailedException} whose {@code
   * originalType} is its name; text that is no record at all is one as well.
   */
  public Throwable decode(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (json.isObject()) {
        return rebuilder.rebuild(json);
      }
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      return unreadable(text, e);
    }
    return unreadable(text, null);
  }

  private static StepFailedException unreadable(String text, @Nullable Throwable cause) {
    String shown = text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
    return new StepFailedException("The recorded error cannot be read: " + shown, "unknown", cause);
  }

  /**
   * What the caller has to see when the exception is thrown for the first time, so that it sees the
   * same on replay: the exception itself if {@link #decode} will give an equal one, else what
   * {@code decode} will give. Suppressed exceptions do not count.
   */
  public Throwable settle(Throwable error) {
    try {
      ErrorRecorder.Recorded recorded = recorder.record(error);
      return recorded.isFaithful() ? error : recorded.rebuilt();
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      return decode(encode(error));
    }
  }
}
