package dev.dbos.serialization;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.dbos.error.SerializationException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.ArrayType;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.type.ReferenceType;

/**
 * Hooks {@link TaggedCodec} into Jackson, which only sees the classes of the application: every
 * property of theirs is handed back to the codec together with its declared type.
 */
final class TaggedModule {

  private TaggedModule() {}

  static SimpleModule create(TaggedCodec codec) {
    return new SimpleModule("dbos-tagged") {
      @Override
      public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.addSerializerModifier(new PropertyHook(codec));
        context.addDeserializers(new TypeHook(codec));
        context.addDeserializerModifier(new BeanHook(codec));
      }
    };
  }

  /** Tags say what a value is; type ids that annotations ask for would only say it twice. */
  static final class NoTypeIds extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      return null;
    }
  }

  private static final class PropertyHook extends ValueSerializerModifier {
    private static final long serialVersionUID = 1L;

    // Jackson declares modifiers serializable, which nobody uses.
    private final transient TaggedCodec codec;

    PropertyHook(TaggedCodec codec) {
      this.codec = codec;
    }

    @Override
    public List<BeanPropertyWriter> changeProperties(
        SerializationConfig config,
        BeanDescription.Supplier description,
        List<BeanPropertyWriter> properties) {
      Class<?> type = description.getBeanClass();
      // Reached without the codec when a property is unwrapped into its parent.
      codec.requireStorable(type);
      Set<String> names = new HashSet<>();
      for (BeanPropertyWriter property : properties) {
        names.add(property.getName());
        if (!property.hasSerializer() && !property.isUnwrapping()) {
          property.assignSerializer(new ByCodec(codec, property.getType()));
        }
      }
      if (TaggedCodec.looksTagged(names)) {
        throw new SerializationException(
            type.getName() + " cannot be stored: its properties are called @type and @value", null);
      }
      return properties;
    }
  }

  private static final class ByCodec extends ValueSerializer<Object> {
    private final TaggedCodec codec;
    private final JavaType declared;

    ByCodec(TaggedCodec codec, JavaType declared) {
      this.codec = codec;
      this.declared = declared;
    }

    @Override
    public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
      Walk walk = (Walk) context.getAttribute(Walk.class);
      codec.write(value, declared, new Form.Output(codec, generator, context, walk));
    }
  }

  private static final class FromCodec extends ValueDeserializer<Object> {
    private final TaggedCodec codec;
    private final JavaType declared;

    FromCodec(TaggedCodec codec, JavaType declared) {
      this.codec = codec;
      this.declared = declared;
    }

    @Override
    public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
      return codec.read(context.readTree(parser), declared, new Form.Input(codec, context));
    }

    @Override
    public @Nullable Object getNullValue(DeserializationContext context) {
      return null;
    }

    /** A property added to the class after the value was stored. */
    @Override
    public @Nullable Object getAbsentValue(DeserializationContext context) {
      if (declared.isPrimitive()) {
        return java.lang.reflect.Array.get(
            java.lang.reflect.Array.newInstance(declared.getRawClass(), 1), 0);
      }
      return declared.hasRawClass(Optional.class) ? Optional.empty() : null;
    }
  }

  /** Everything but concrete classes of the application is read by the codec. */
  private record TypeHook(TaggedCodec codec) implements Deserializers {

    private @Nullable ValueDeserializer<?> hook(JavaType type) {
      return hasDeserializerFor(type.getRawClass()) ? new FromCodec(codec, type) : null;
    }

    @Override
    public @Nullable ValueDeserializer<?> findBeanDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
      return hook(type);
    }

    @Override
    public @Nullable ValueDeserializer<?> findEnumDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
      return hook(type);
    }

    @Override
    public @Nullable ValueDeserializer<?> findReferenceDeserializer(
        ReferenceType type,
        DeserializationConfig config,
        BeanDescription.Supplier description,
        TypeDeserializer typeDeserializer,
        ValueDeserializer<?> content) {
      return hook(type);
    }

    @Override
    public @Nullable ValueDeserializer<?> findArrayDeserializer(
        ArrayType type,
        DeserializationConfig config,
        BeanDescription.Supplier description,
        TypeDeserializer typeDeserializer,
        ValueDeserializer<?> content) {
      return hook(type);
    }

    @Override
    public @Nullable ValueDeserializer<?> findCollectionDeserializer(
        CollectionType type,
        DeserializationConfig config,
        BeanDescription.Supplier description,
        TypeDeserializer typeDeserializer,
        ValueDeserializer<?> content) {
      return hook(type);
    }

    @Override
    public @Nullable ValueDeserializer<?> findMapDeserializer(
        MapType type,
        DeserializationConfig config,
        BeanDescription.Supplier description,
        KeyDeserializer key,
        TypeDeserializer typeDeserializer,
        ValueDeserializer<?> content) {
      return hook(type);
    }

    @Override
    public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
      return hasDeserializerFor(type);
    }

    private boolean hasDeserializerFor(Class<?> type) {
      return type != RootValue.class && !codec.isBean(type);
    }
  }

  /** A place declared as a class that is not final may hold a tagged subclass. */
  private static final class BeanHook extends ValueDeserializerModifier {
    private static final long serialVersionUID = 1L;

    private final transient TaggedCodec codec;

    BeanHook(TaggedCodec codec) {
      this.codec = codec;
    }

    @Override
    public ValueDeserializer<?> modifyDeserializer(
        DeserializationConfig config,
        BeanDescription.Supplier description,
        ValueDeserializer<?> deserializer) {
      return codec.isBean(description.getBeanClass())
          ? new TaggableBean(codec, description.getType(), deserializer)
          : deserializer;
    }
  }

  /** Decides between tag and no tag, then lets Jackson read the bean. */
  static final class TaggableBean extends DelegatingDeserializer {
    private final TaggedCodec codec;
    private final JavaType declared;

    TaggableBean(TaggedCodec codec, JavaType declared, ValueDeserializer<?> delegate) {
      super(delegate);
      this.codec = codec;
      this.declared = declared;
    }

    @Override
    protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
      return new TaggableBean(codec, declared, delegate);
    }

    @Override
    public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
      return codec.read(context.readTree(parser), declared, new Form.Input(codec, context));
    }
  }
}
