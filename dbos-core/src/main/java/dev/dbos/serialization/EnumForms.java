package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/**
 * Enum constants by name, and the collections made for them. The raw types are those of {@code
 * Enum.valueOf} and its kin, whose type parameter cannot be named for a class known only at run
 * time.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
final class EnumForms {

  private EnumForms() {}

  /** One constant: its name. */
  record EnumForm(String tag, Class<?> type) implements Form.Scalar {

    @Override
    public Kind kind(Object value) {
      return Kind.STRING;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeString(((Enum<?>) value).name());
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      for (Object constant : type.getEnumConstants()) {
        if (node.isString() && ((Enum<?>) constant).name().equals(node.stringValue())) {
          return constant;
        }
      }
      throw new SerializationException(
          "The stored value " + node + " is not a constant of " + type.getName(), null);
    }
  }

  /** {@code {"of": class, "values": [names]}}, since an empty set has to know its class too. */
  record EnumSetForm() implements Form {

    @Override
    public String tag() {
      return "java.util.EnumSet";
    }

    @Override
    public Class<?> type() {
      return EnumSet.class;
    }

    @Override
    public boolean isGeneric() {
      return false;
    }

    @Override
    public Kind kind(Object value) {
      return Kind.OBJECT;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      EnumSet<?> set = (EnumSet<?>) value;
      EnumSet<?> universe = set.isEmpty() ? EnumSet.complementOf(set) : set;
      output.generator().writeStartObject();
      if (!universe.isEmpty()) {
        Class<?> type = universe.iterator().next().getDeclaringClass();
        output.generator().writeStringProperty("of", output.codec().enumForm(type, output).tag());
      }
      output.generator().writeArrayPropertyStart("values");
      set.forEach(constant -> output.generator().writeString(constant.name()));
      output.generator().writeEndArray();
      output.generator().writeEndObject();
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (!node.path("of").isString()) {
        throw new SerializationException("The stored EnumSet does not say of which enum", null);
      }
      Form element = input.codec().formTagged(node.path("of").stringValue());
      if (!(element instanceof EnumForm)) {
        throw new SerializationException(element.tag() + " is not an enum", null);
      }
      EnumSet set = EnumSet.noneOf((Class) element.type());
      for (JsonNode name : node.path("values")) {
        set.add(element.read(name, declared, input));
      }
      return set;
    }
  }

  /** Like any map; the class of the keys is that of its place or of the first key. */
  record EnumMapForm() implements Form {

    @Override
    public String tag() {
      return "java.util.EnumMap";
    }

    @Override
    public Class<?> type() {
      return EnumMap.class;
    }

    @Override
    public Kind kind(Object value) {
      return ((Map<?, ?>) value).isEmpty() ? Kind.OBJECT : Kind.ARRAY;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      new MapForm(LinkedHashMap.class, map -> map).write(value, declared, output);
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      Map<@Nullable Object, @Nullable Object> entries = MapForm.entries(node, declared, input);
      Class<?> keyType = declared.getKeyType().getRawClass();
      if (entries.isEmpty()) {
        // An empty EnumMap does not tell its class to anybody.
        return keyType.isEnum() ? new EnumMap(keyType) : entries;
      }
      requireEnums(entries.keySet());
      return new EnumMap((Map) entries);
    }

    private static void requireEnums(Collection<@Nullable Object> keys) {
      if (!keys.stream().allMatch(Enum.class::isInstance)) {
        throw new SerializationException("The keys of the stored EnumMap are not enums", null);
      }
    }
  }
}
