package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.util.NameTransformer;

/** What Jackson has to do differently for the classes of the application. */
final class PortableBeans extends ValueSerializerModifier {
  private static final long serialVersionUID = 1L;

  /** Jackson would write the getters of a connection; such objects are never meant as data. */
  @Override
  public List<BeanPropertyWriter> changeProperties(
      SerializationConfig config,
      BeanDescription.Supplier description,
      List<BeanPropertyWriter> properties) {
    String reason = Refusal.reason(description.getBeanClass());
    if (reason != null) {
      throw new SerializationException(reason, null);
    }
    return properties;
  }

  @Override
  public ValueSerializer<?> modifySerializer(
      SerializationConfig config,
      BeanDescription.Supplier description,
      ValueSerializer<?> serializer) {
    return named(config, description, description.getType(), serializer);
  }

  @Override
  public ValueSerializer<?> modifyEnumSerializer(
      SerializationConfig config,
      JavaType type,
      BeanDescription.Supplier description,
      ValueSerializer<?> serializer) {
    return named(config, description, type, serializer);
  }

  @SuppressWarnings("unchecked") // Jackson's own view of serializers once they are found
  private static ValueSerializer<?> named(
      SerializationConfig config,
      BeanDescription.Supplier description,
      JavaType type,
      ValueSerializer<?> serializer) {
    boolean polymorphic =
        config
                .getAnnotationIntrospector()
                .findPolymorphicTypeInfo(config, description.getClassInfo())
            != null;
    return polymorphic ? new Named((ValueSerializer<Object>) serializer, type, null) : serializer;
  }

  /**
   * Writes the type name of a member of a hierarchy wherever it stands. Jackson leaves it out of an
   * element of a list whose element type it does not know, which is every list at the root.
   */
  private static final class Named extends ValueSerializer<Object> {
    private final ValueSerializer<Object> bean;
    private final JavaType type;
    private final @Nullable TypeSerializer name;

    Named(ValueSerializer<Object> bean, JavaType type, @Nullable TypeSerializer name) {
      this.bean = bean;
      this.type = type;
      this.name = name;
    }

    @Override
    public void resolve(SerializationContext context) {
      bean.resolve(context);
    }

    @Override
    @SuppressWarnings("unchecked") // as above
    public ValueSerializer<?> createContextual(
        SerializationContext context, BeanProperty property) {
      ValueSerializer<?> contextual = bean.createContextual(context, property);
      return new Named(
          (ValueSerializer<Object>) contextual, type, context.findTypeSerializer(type));
    }

    @Override
    public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
      if (name == null) {
        bean.serialize(value, generator, context);
      } else {
        bean.serializeWithType(value, generator, context, name);
      }
    }

    @Override
    public void serializeWithType(
        Object value,
        JsonGenerator generator,
        SerializationContext context,
        TypeSerializer declared) {
      bean.serializeWithType(value, generator, context, declared);
    }

    @Override
    public ValueSerializer<Object> unwrappingSerializer(NameTransformer unwrapper) {
      return bean.unwrappingSerializer(unwrapper);
    }

    @Override
    public boolean usesObjectId() {
      return bean.usesObjectId();
    }

    @Override
    public boolean isEmpty(SerializationContext context, Object value) {
      return bean.isEmpty(context, value);
    }
  }
}
