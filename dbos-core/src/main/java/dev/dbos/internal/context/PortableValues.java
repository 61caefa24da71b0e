package dev.dbos.internal.context;

import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** How everything with a declared type is written: inputs, outputs, messages, events, our steps. */
public final class PortableValues {
  /** The format. */
  public static final PortableJson JSON = new PortableJson();

  private PortableValues() {}

  /**
   * Writes a value.
   *
   * @throws dev.dbos.error.SerializationException when it has no portable form
   */
  public static Payload output(@Nullable Object value) {
    return Payload.output(JSON.encodeValue(value), PortableJson.PORTABLE_JSON);
  }

  /**
   * Reads a value by its declared type.
   *
   * @throws dev.dbos.error.SerializationException when the text does not convert to it
   */
  public static @Nullable Object read(@Nullable String text, Type type) {
    return JSON.decodeValue(text, type);
  }
}
