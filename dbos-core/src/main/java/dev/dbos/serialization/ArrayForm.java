package dev.dbos.serialization;

import java.lang.reflect.Array;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** Arrays of primitives and of objects, other than {@code byte[]}. */
record ArrayForm(String tag, Class<?> type) implements Form {

  @Override
  public Kind kind(Object value) {
    return Kind.ARRAY;
  }

  @Override
  public void write(Object value, JavaType declared, Output output) {
    JavaType element = declared.getContentType();
    output.generator().writeStartArray();
    for (int i = 0; i < Array.getLength(value); i++) {
      output.value(Array.get(value, i), element);
    }
    output.generator().writeEndArray();
  }

  @Override
  public Object read(JsonNode node, JavaType declared, Input input) {
    List<@Nullable Object> elements =
        CollectionForm.elements(node, declared.getContentType(), input);
    Object array = Array.newInstance(type.getComponentType(), elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, elements.get(i));
    }
    return array;
  }
}
