package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** Optionals and map entries: arrays with none, one or two elements. */
final class ReferenceForms {

  private ReferenceForms() {}

  private static List<@Nullable Object> elements(
      JsonNode node, JavaType declared, Form.Input input, int most) {
    if (!node.isArray() || node.size() > most) {
      throw new SerializationException(
          "The stored value is not an array of at most " + most + " elements", null);
    }
    List<@Nullable Object> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(input.value(node.path(i), declared.containedTypeOrUnknown(i)));
    }
    return elements;
  }

  /** {@code [value]} or {@code []}. */
  record OptionalForm() implements Form {

    @Override
    public String tag() {
      return "java.util.Optional";
    }

    @Override
    public Class<?> type() {
      return Optional.class;
    }

    @Override
    public Kind kind(Object value) {
      return Kind.ARRAY;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeStartArray();
      ((Optional<?>) value)
          .ifPresent(content -> output.value(content, declared.containedTypeOrUnknown(0)));
      output.generator().writeEndArray();
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      List<@Nullable Object> elements = elements(node, declared, input, 1);
      return elements.isEmpty() ? Optional.empty() : Optional.ofNullable(elements.get(0));
    }
  }

  /** {@code [value]} or {@code []}. */
  record PrimitiveOptionalForm<T, V>(
      Class<T> type, T empty, Class<V> content, Function<T, V> get, Function<V, T> of)
      implements Form {

    @Override
    public String tag() {
      return type.getName();
    }

    @Override
    public boolean isGeneric() {
      return false;
    }

    @Override
    public Kind kind(Object value) {
      return Kind.ARRAY;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeStartArray();
      if (!value.equals(empty)) {
        output.value(get.apply(type.cast(value)), output.codec().typeOf(content));
      }
      output.generator().writeEndArray();
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (!node.isArray() || node.isEmpty()) {
        return empty;
      }
      Object value = input.value(node.path(0), input.codec().typeOf(content));
      return value == null ? empty : of.apply(content.cast(value));
    }
  }

  /** {@code [key, value]}. */
  record EntryForm() implements Form {

    @Override
    public String tag() {
      return "java.util.Map$Entry";
    }

    @Override
    public Class<?> type() {
      return Map.Entry.class;
    }

    @Override
    public Kind kind(Object value) {
      return Kind.ARRAY;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      Map.Entry<?, ?> entry = (Map.Entry<?, ?>) value;
      output.generator().writeStartArray();
      output.value(entry.getKey(), declared.containedTypeOrUnknown(0));
      output.value(entry.getValue(), declared.containedTypeOrUnknown(1));
      output.generator().writeEndArray();
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      List<@Nullable Object> elements = elements(node, declared, input, 2);
      if (elements.size() != 2) {
        throw new SerializationException("The stored map entry has no value", null);
      }
      return new AbstractMap.SimpleImmutableEntry<>(elements.get(0), elements.get(1));
    }
  }
}
