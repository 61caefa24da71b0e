package dev.dbos.serialization;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;

/** How the values of one class look in tagged JSON. */
interface Form {

  /** The kinds of JSON a value can become. */
  enum Kind {
    ARRAY,
    OBJECT,
    STRING,
    BOOLEAN,
    INTEGER,
    FRACTION
  }

  /** What {@code @type} says. */
  String tag();

  /** The class that values are read back as, or a supertype of it. */
  Class<?> type();

  /** What {@link #write} will write for this value. */
  Kind kind(Object value);

  /** Whether the value, written without a tag, would look like one with a tag. */
  default boolean looksTagged(Object value) {
    return false;
  }

  /** Writes a value that is not null; {@code type} carries the generics known from its place. */
  void write(Object value, JavaType type, Output output);

  /** Reads what {@link #write} wrote. */
  Object read(JsonNode node, JavaType type, Input input);

  /** Whether the generics of its place matter to it. */
  default boolean isGeneric() {
    return true;
  }

  /** A form without anything inside. */
  interface Scalar extends Form {
    @Override
    default boolean isGeneric() {
      return false;
    }
  }

  /** Where values go. */
  record Output(
      TaggedCodec codec, JsonGenerator generator, SerializationContext context, Walk walk) {

    void value(@Nullable Object value, JavaType declared) {
      codec.write(value, declared, this);
    }
  }

  /** Where values come from. */
  record Input(TaggedCodec codec, DeserializationContext context) {

    @Nullable Object value(JsonNode node, JavaType declared) {
      return codec.read(node, declared, this);
    }
  }
}
