package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** Maps: an object if all keys are strings, else an array of {@code [key, value]} pairs. */
record MapForm(
    String tag, Class<?> type, Function<Map<@Nullable Object, @Nullable Object>, Map<?, ?>> maker)
    implements Form {

  MapForm(Class<?> type, Function<Map<@Nullable Object, @Nullable Object>, Map<?, ?>> maker) {
    this(type.getName(), type, maker);
  }

  @Override
  public Kind kind(Object value) {
    return hasStringKeys((Map<?, ?>) value) ? Kind.OBJECT : Kind.ARRAY;
  }

  @Override
  public boolean looksTagged(Object value) {
    return kind(value) == Kind.OBJECT && TaggedCodec.looksTagged(((Map<?, ?>) value).keySet());
  }

  @Override
  public void write(Object value, JavaType declared, Output output) {
    CollectionForm.requireNaturalOrder(value, output.generator());
    write((Map<?, ?>) value, declared, output);
  }

  private static void write(Map<?, ?> map, JavaType declared, Output output) {
    JsonGenerator generator = output.generator();
    if (hasStringKeys(map)) {
      generator.writeStartObject();
      map.forEach(
          (key, value) -> {
            generator.writeName((String) key);
            output.value(value, declared.getContentType());
          });
      generator.writeEndObject();
      return;
    }
    generator.writeStartArray();
    map.forEach(
        (key, value) -> {
          generator.writeStartArray();
          output.value(key, declared.getKeyType());
          output.value(value, declared.getContentType());
          generator.writeEndArray();
        });
    generator.writeEndArray();
  }

  @Override
  public Object read(JsonNode node, JavaType declared, Input input) {
    return maker.apply(entries(node, declared, input));
  }

  static Map<@Nullable Object, @Nullable Object> entries(
      JsonNode node, JavaType declared, Input input) {
    Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
    if (node.isObject()) {
      node.forEachEntry(
          (key, value) -> entries.put(key, input.value(value, declared.getContentType())));
      return entries;
    }
    if (!node.isArray()) {
      throw notAMap();
    }
    for (JsonNode pair : node) {
      if (!pair.isArray() || pair.size() != 2) {
        throw notAMap();
      }
      entries.put(
          input.value(pair.path(0), declared.getKeyType()),
          input.value(pair.path(1), declared.getContentType()));
    }
    return entries;
  }

  private static SerializationException notAMap() {
    return new SerializationException(
        "The stored map is neither an object nor an array of pairs", null);
  }

  private static boolean hasStringKeys(Map<?, ?> map) {
    for (Object key : map.keySet()) {
      if (!(key instanceof String)) {
        return false;
      }
    }
    return true;
  }
}
