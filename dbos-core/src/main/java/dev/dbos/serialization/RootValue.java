package dev.dbos.serialization;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Carries a value of any type through Jackson's front door to {@link TaggedCodec}. */
record RootValue(@Nullable Object value) {

  static SimpleModule module(TaggedCodec codec) {
    return new SimpleModule("dbos-root")
        .addSerializer(new Writer(codec))
        .addDeserializer(RootValue.class, new Reader(codec));
  }

  private static final class Writer extends StdSerializer<RootValue> {
    private final TaggedCodec codec;

    Writer(TaggedCodec codec) {
      super(RootValue.class);
      this.codec = codec;
    }

    @Override
    public void serialize(RootValue root, JsonGenerator generator, SerializationContext context) {
      Walk walk = (Walk) context.getAttribute(Walk.class);
      codec.write(root.value(), codec.anything(), new Form.Output(codec, generator, context, walk));
    }
  }

  private static final class Reader extends StdDeserializer<RootValue> {
    private final TaggedCodec codec;

    Reader(TaggedCodec codec) {
      super(RootValue.class);
      this.codec = codec;
    }

    @Override
    public RootValue deserialize(JsonParser parser, DeserializationContext context) {
      return new RootValue(
          codec.read(context.readTree(parser), codec.anything(), new Form.Input(codec, context)));
    }

    @Override
    public RootValue getNullValue(DeserializationContext context) {
      return new RootValue(null);
    }
  }
}
