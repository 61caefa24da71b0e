package dev.dbos.serialization;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Records whose components are the arguments of a workflow. */
final class PositionalRecord {
  private PositionalRecord() {}

  /** Whether a type is such a record. */
  static boolean areMeant(Type type) {
    Class<?> raw = raw(type);
    return raw.isRecord() && raw.isAnnotationPresent(Positional.class);
  }

  private static Class<?> raw(Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
      return raw;
    }
    return type instanceof Class<?> plain ? plain : Object.class;
  }

  /** The names of the components of such a record. */
  static List<String> names(Type type) {
    return Arrays.stream(raw(type).getRecordComponents()).map(RecordComponent::getName).toList();
  }

  /** The components of a record that was written as an object. */
  static List<Object> of(JsonNode written, Type type) {
    List<Object> values = new ArrayList<>();
    names(type).forEach(name -> values.add(written.path(name)));
    return values;
  }

  /** The object that the record is read from. */
  static ObjectNode gather(ObjectNode object, JsonNode positional, JsonNode named, Type type) {
    List<String> names = names(type);
    for (int i = 0; i < names.size(); i++) {
      JsonNode value = i < positional.size() ? positional.path(i) : named.path(names.get(i));
      if (!value.isMissingNode()) {
        object.set(names.get(i), value);
      }
    }
    return object;
  }
}
