package dev.dbos.internal.operations;

import dev.dbos.internal.context.PortableValues;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a workflow can be found by.
 *
 * @param json a JSON object, or null for none
 */
public record Attributes(@Nullable String json) {
  private static final Type OBJECT = new TypeRef<LinkedHashMap<String, Object>>() {}.type();

  /**
   * Writes them.
   *
   * @throws dev.dbos.error.SerializationException when JSON cannot hold them
   */
  public static Attributes of(@Nullable Map<String, ? extends @Nullable Object> values) {
    return new Attributes(
        values == null
            ? null
            : StartOptions.DEFAULT.withAttributes(values).attributes().orElse(null));
  }

  /** As some implementation stored them: none may be a JSON null. */
  static Attributes stored(@Nullable String json) {
    return new Attributes(json == null || json.equals("null") ? null : json);
  }

  /** These, with those in addition or instead; a key whose new value is null goes. */
  Attributes mergedWith(Attributes additions) {
    Map<String, @Nullable Object> all = values();
    additions
        .values()
        .forEach(
            (key, value) -> {
              if (value == null) {
                all.remove(key);
              } else {
                all.put(key, value);
              }
            });
    return of(all);
  }

  @SuppressWarnings("unchecked") // read as this type
  private Map<String, @Nullable Object> values() {
    Object values = json == null ? null : PortableValues.read(json, OBJECT);
    return values == null ? new LinkedHashMap<>() : (Map<String, @Nullable Object>) values;
  }
}
