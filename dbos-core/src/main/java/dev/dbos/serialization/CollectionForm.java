package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** Collections: an array of the elements in iteration order. */
record CollectionForm(
    String tag, Class<?> type, Function<List<@Nullable Object>, Collection<?>> maker)
    implements Form {

  CollectionForm(Class<?> type, Function<List<@Nullable Object>, Collection<?>> maker) {
    this(type.getName(), type, maker);
  }

  @Override
  public Kind kind(Object value) {
    return Kind.ARRAY;
  }

  @Override
  public void write(Object value, JavaType declared, Output output) {
    requireNaturalOrder(value, output.generator());
    JavaType element = declared.getContentType();
    output.generator().writeStartArray();
    for (Object each : (Collection<?>) value) {
      output.value(each, element);
    }
    output.generator().writeEndArray();
  }

  @Override
  public Object read(JsonNode node, JavaType declared, Input input) {
    return maker.apply(elements(node, declared.getContentType(), input));
  }

  static List<@Nullable Object> elements(JsonNode node, JavaType element, Input input) {
    if (!node.isArray()) {
      throw new SerializationException(
          "The stored value is not an array but JSON of type " + node.getNodeType(), null);
    }
    List<@Nullable Object> elements = new ArrayList<>(node.size());
    for (JsonNode each : node) {
      elements.add(input.value(each, element));
    }
    return elements;
  }

  /** A comparator is code, which the text cannot hold. */
  static void requireNaturalOrder(Object value, JsonGenerator generator) {
    Comparator<?> comparator =
        switch (value) {
          case SortedSet<?> set -> set.comparator();
          case SortedMap<?, ?> map -> map.comparator();
          case PriorityQueue<?> queue -> queue.comparator();
          default -> null;
        };
    if (comparator != null && !comparator.equals(Comparator.naturalOrder())) {
      throw new SerializationException(
          value.getClass().getName()
              + " with a comparator cannot be stored"
              + Refusal.at(generator)
              + "; copy it into a list or a LinkedHashMap, which keep the order",
          null);
    }
  }
}
