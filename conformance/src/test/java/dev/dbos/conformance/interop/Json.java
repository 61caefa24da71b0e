package dev.dbos.conformance.interop;

import static java.util.Objects.requireNonNull;

import dev.dbos.serialization.PortableJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON of tests as maps, lists and plain values. */
final class Json {
  private static final PortableJson JSON = new PortableJson();

  private Json() {}

  @SuppressWarnings("unchecked") // read as this very type
  static Map<String, @Nullable Object> object(String text) {
    return (Map<String, @Nullable Object>) requireNonNull(JSON.decodeValue(text, Map.class));
  }

  @SuppressWarnings("unchecked") // of an object that was read so
  static Map<String, @Nullable Object> object(Map<String, @Nullable Object> in, String key) {
    return (Map<String, @Nullable Object>) requireNonNull(in.get(key), key);
  }

  @SuppressWarnings("unchecked") // of an object that was read so
  static List<@Nullable Object> list(Map<String, @Nullable Object> in, String key) {
    return (List<@Nullable Object>) requireNonNull(in.get(key), key);
  }

  static @Nullable Object value(String text) {
    return JSON.decodeValue(text, Object.class);
  }

  static String text(@Nullable Object value) {
    return JSON.encodeValue(value);
  }
}
