package dev.dbos.serialization;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;

/** Records and other classes of the application: what Jackson makes of their fields. */
record BeanForm(String tag, Class<?> type) implements Form {

  @Override
  public Kind kind(Object value) {
    return Kind.OBJECT;
  }

  @Override
  public void write(Object value, JavaType declared, Output output) {
    if (!output.codec().isProven(type)) {
      output.walk().doubt(type);
    }
    output
        .context()
        .findRootValueSerializer(declared)
        .serialize(value, output.generator(), output.context());
  }

  @Override
  public Object read(JsonNode node, JavaType declared, Input input) {
    ValueDeserializer<Object> deserializer = input.context().findRootValueDeserializer(declared);
    ValueDeserializer<?> bean =
        deserializer instanceof TaggedModule.TaggableBean taggable
            ? taggable.getDelegatee()
            : deserializer;
    try (JsonParser parser = node.traverse(input.context())) {
      parser.nextToken();
      return bean.deserialize(parser, input.context());
    }
  }
}
