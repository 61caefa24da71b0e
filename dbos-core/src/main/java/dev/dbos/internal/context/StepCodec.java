package dev.dbos.internal.context;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.text.StoredName;
import dev.dbos.serialization.ErrorCodec;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PayloadLimit;
import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.Serializer;
import dev.dbos.serialization.TaggedJson;
import dev.dbos.serialization.Trust;
import org.jspecify.annotations.Nullable;

/**
 * How results of steps are written and read back.
 *
 * @param serializer for outputs
 * @param errors for exceptions
 * @param portable for everything that has a declared type: inputs, outputs, events, messages
 * @param limit the most that one value may take
 */
public record StepCodec(
    Serializer serializer, ErrorCodec errors, PortableJson portable, PayloadLimit limit) {
  /** Reads and writes what {@code trust} allows; {@code serializer} null for our own. */
  public static StepCodec of(Trust trust, @Nullable Serializer serializer, PayloadLimit limit) {
    return new StepCodec(
        serializer == null ? TaggedJson.trusting(trust, limit) : serializer,
        new ErrorCodec(trust, limit),
        new PortableJson(limit),
        limit);
  }

  /**
   * Writes an output.
   *
   * @throws SerializationException when it cannot be stored
   */
  public Payload output(@Nullable Object value) {
    String text = limit.require(serializer.serialize(value));
    if (!(serializer instanceof TaggedJson)) {
      requireStorable(text);
    }
    return Payload.output(text, serializer.name());
  }

  /** Ours escapes what a database cannot hold; somebody else's may not. */
  private void requireStorable(String text) {
    try {
      StoredName.requireCharacters("text", text);
    } catch (IllegalArgumentException refused) {
      throw new SerializationException(
          "Serializer "
              + serializer.name()
              + " wrote what no database stores: "
              + refused.getMessage(),
          refused);
    }
  }

  /**
   * Writes a value that has a declared type.
   *
   * @throws SerializationException when it has no portable form or takes too much
   */
  public Payload portableOutput(@Nullable Object value) {
    return Payload.output(portable.encodeValue(value), PortableJson.PORTABLE_JSON);
  }

  /** Writes an exception; never fails. */
  public Payload error(Throwable failure) {
    return Payload.error(errors.encode(failure), PortableJson.PORTABLE_JSON);
  }

  /** Returns the recorded output, or throws the recorded exception. */
  @SuppressWarnings("unchecked") // what was written for this step is what the step returns
  public <R extends @Nullable Object, X extends Exception> R replay(Payload payload) throws X {
    if (payload.errorText() != null) {
      throw StepCodec.<X>asIs(errors.decode(payload.errorText()));
    }
    if (payload.outputText() == null) {
      return asDeclared(null);
    }
    if (payload.format() != null && !payload.format().equals(serializer.name())) {
      throw new SerializationException(
          "A step's output is stored in format "
              + payload.format()
              + ", but this DBOS reads "
              + serializer.name()
              + ". Configure the serializer that wrote it.",
          null);
    }
    return asDeclared((R) serializer.deserialize(payload.outputText()));
  }

  /** Lets null pass as an {@code R}: a body may return it exactly when its {@code R} says so. */
  @SuppressWarnings("NullAway")
  public static <R extends @Nullable Object> R asDeclared(@Nullable R value) {
    return value;
  }

  /**
   * Lets any exception or error pass as what the caller declared; the body declared it when it
   * threw it.
   */
  public static <X extends Exception> X asIs(Throwable failure) throws X {
    throw StepCodec.<RuntimeException>undeclared(failure);
  }

  /** Bounded by Throwable, since a cast to an exception would refuse an {@link Error}. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T undeclared(Throwable failure) throws T {
    throw (T) failure;
  }
}
