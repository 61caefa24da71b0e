package dev.dbos.serialization;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import dev.dbos.error.SerializationException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.ConstructorDetector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.ClassUtil;

/**
 * The one rule of tagged JSON: each place has a default form, given by the declared type if that is
 * a class that can have instances, else by the kind of JSON (an array is an {@code ArrayList}, an
 * object a {@code LinkedHashMap}, a whole number an {@code Integer} ...). A value of the default
 * form is written as it is; any other as {@code {"@type": ..., "@value": ...}}. Reading asks the
 * same question of the same place, so it needs no declared type at the root.
 */
final class TaggedCodec {

  static final String TYPE = "@type";
  static final String VALUE = "@value";

  /** The Java virtual machine's own limit. */
  private static final int MOST_DIMENSIONS = 255;

  private final Trust trust;
  private final JsonMapper mapper;
  private final JavaType anything;

  private final ClassValue<Optional<Form>> forms =
      new ClassValue<>() {
        @Override
        protected Optional<Form> computeValue(Class<?> type) {
          return Optional.ofNullable(newForm(type));
        }
      };

  private final ClassValue<AtomicBoolean> proven =
      new ClassValue<>() {
        @Override
        protected AtomicBoolean computeValue(Class<?> type) {
          return new AtomicBoolean();
        }
      };

  TaggedCodec(Trust trust) {
    this.trust = trust;
    this.mapper =
        JsonMapper.builder(Limits.factory().build())
            .addModule(TaggedModule.create(this))
            .addModule(RootValue.module(this))
            .annotationIntrospector(new TaggedModule.NoTypeIds())
            .constructorDetector(ConstructorDetector.USE_PROPERTIES_BASED)
            // The state of an object is its fields; getters may compute, and setters refuse.
            .changeDefaultVisibility(
                visibility ->
                    visibility
                        .withFieldVisibility(Visibility.ANY)
                        .withGetterVisibility(Visibility.NONE)
                        .withIsGetterVisibility(Visibility.NONE)
                        .withSetterVisibility(Visibility.NONE))
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();
    this.anything = mapper.constructType(Object.class);
  }

  JsonMapper mapper() {
    return mapper;
  }

  JavaType anything() {
    return anything;
  }

  JavaType typeOf(Class<?> type) {
    return mapper.constructType(type);
  }

  static boolean looksTagged(Collection<?> names) {
    return names.size() == 2 && names.contains(TYPE) && names.contains(VALUE);
  }

  void write(@Nullable Object value, JavaType declared, Form.Output output) {
    if (value == null) {
      output.generator().writeNull();
      return;
    }
    Form form = formOf(value, output);
    Form.Kind kind = form.kind(value);
    boolean plain =
        !form.looksTagged(value) && form.tag().equals(defaultForm(declared, kind).tag());
    if (!plain) {
      output.generator().writeStartObject();
      output.generator().writeStringProperty(TYPE, form.tag());
      output.generator().writeName(VALUE);
    }
    if (form instanceof Form.Scalar) {
      form.write(value, declared, output);
    } else {
      output.walk().enter(value, output.generator());
      form.write(value, specialize(declared, form), output);
      output.walk().leave(value);
    }
    if (!plain) {
      output.generator().writeEndObject();
    }
  }

  @Nullable Object read(JsonNode node, JavaType declared, Form.Input input) {
    if (node.isNull() || node.isMissingNode()) {
      return null;
    }
    boolean tagged = node.isObject() && looksTagged(node.propertyNames());
    Form form =
        tagged ? formTagged(node.path(TYPE).asString()) : defaultForm(declared, kindOf(node));
    Class<?> place = boxed(declared.getRawClass());
    if (!place.isAssignableFrom(form.type())) {
      throw new SerializationException(
          "The stored value is a " + form.tag() + " where " + place.getName() + " is needed", null);
    }
    return form.read(tagged ? node.path(VALUE) : node, specialize(declared, form), input);
  }

  private JavaType specialize(JavaType declared, Form form) {
    Class<?> type = form.type();
    if (!form.isGeneric() || declared.hasRawClass(type)) {
      return declared;
    }
    return declared.getRawClass().isAssignableFrom(type) && !declared.isJavaLangObject()
        ? mapper.getTypeFactory().constructSpecializedType(declared, type)
        : mapper.constructType(type);
  }

  private Form formOf(Object value, Form.Output output) {
    Class<?> type =
        value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
    Form form = forms.get(type).orElse(null);
    if (form != null) {
      return form;
    }
    throw refusal(type, Refusal.at(output.generator()));
  }

  private static SerializationException refusal(Class<?> type, String at) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    String reason = Refusal.reason(element);
    return reason == null
        ? Refusal.untrusted(element, at)
        : new SerializationException(reason + at, null);
  }

  Form enumForm(Class<?> type, Form.Output output) {
    return forms.get(type).orElseThrow(() -> refusal(type, Refusal.at(output.generator())));
  }

  /** The form a tag names; classes are looked at only after their names are found trusted. */
  Form formTagged(String tag) {
    Form known = Scalars.byTag(tag) != null ? Scalars.byTag(tag) : Containers.byTag(tag);
    if (known != null) {
      return known;
    }
    Class<?> type = tag.endsWith("[]") ? arrayNamed(tag) : trust.load(tag);
    return forms
        .get(type)
        .orElseThrow(
            () ->
                new SerializationException("The stored value is of no usable type: " + tag, null));
  }

  private Class<?> arrayNamed(String tag) {
    int end = tag.length();
    while (tag.startsWith("[]", end - 2)) {
      end -= 2;
    }
    int dimensions = (tag.length() - end) / 2;
    if (dimensions > MOST_DIMENSIONS) {
      throw new SerializationException(
          "The stored value is an array of " + dimensions + " dimensions, which there is not",
          null);
    }
    String element = tag.substring(0, end);
    Class<?> primitive = JdkTypes.PRIMITIVES.get(element);
    Class<?> type = primitive == null ? trust.load(element) : primitive;
    for (int i = 0; i < dimensions; i++) {
      type = type.arrayType();
    }
    return type;
  }

  private Form defaultForm(JavaType declared, Form.Kind kind) {
    Class<?> place = boxed(declared.getRawClass());
    Form form = declared.isJavaLangObject() ? null : forms.get(place).orElse(null);
    if (form != null) {
      return form;
    }
    return switch (kind) {
      case ARRAY -> Containers.ARRAY_LIST;
      case OBJECT -> Containers.LINKED_HASH_MAP;
      case STRING -> Scalars.STRING;
      case BOOLEAN -> Scalars.BOOLEAN;
      case INTEGER -> Scalars.INTEGER;
      case FRACTION -> Scalars.DOUBLE;
    };
  }

  private static Form.Kind kindOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> Form.Kind.ARRAY;
      case STRING -> Form.Kind.STRING;
      case BOOLEAN -> Form.Kind.BOOLEAN;
      case NUMBER -> node.isIntegralNumber() ? Form.Kind.INTEGER : Form.Kind.FRACTION;
      case OBJECT, BINARY, MISSING, NULL, POJO -> Form.Kind.OBJECT;
    };
  }

  private @Nullable Form newForm(Class<?> type) {
    Form scalar = Scalars.of(type);
    Form jdk = scalar != null ? scalar : Containers.of(type);
    if (jdk != null) {
      return jdk;
    }
    if (type.isArray()) {
      return isTrusted(type) ? new ArrayForm(tagOfArray(type), type) : null;
    }
    if (type.isEnum()) {
      return isTrusted(type) ? new EnumForms.EnumForm(trust.nameOf(type), type) : null;
    }
    if (Modifier.isAbstract(type.getModifiers()) || Refusal.reason(type) != null) {
      return null;
    }
    return isTrusted(type) ? formOfUserClass(type) : null;
  }

  private Form formOfUserClass(Class<?> type) {
    String tag = trust.nameOf(type);
    if (Collection.class.isAssignableFrom(type)) {
      return new CollectionForm(tag, type, UserContainers.collection(type));
    }
    if (Map.class.isAssignableFrom(type)) {
      return new MapForm(tag, type, UserContainers.map(type));
    }
    return new BeanForm(tag, type);
  }

  private String tagOfArray(Class<?> type) {
    Class<?> element = type.getComponentType();
    return (element.isArray() ? tagOfArray(element) : trust.nameOf(element)) + "[]";
  }

  private boolean isTrusted(Class<?> type) {
    return trust.trusts(type.getName());
  }

  /** Whether Jackson reads and writes objects of this class by itself. */
  boolean isBean(Class<?> type) {
    return forms.get(type).map(BeanForm.class::isInstance).orElse(false);
  }

  static Class<?> boxed(Class<?> type) {
    return type.isPrimitive() ? ClassUtil.wrapperType(type) : type;
  }

  void requireStorable(Class<?> type) {
    if (type != RootValue.class && forms.get(type).isEmpty()) {
      throw refusal(type, "");
    }
  }

  /** Whether values of this class need no check by reading them back. */
  boolean isProven(Class<?> type) {
    return type.isRecord() && proven.get(type).get();
  }

  void prove(Class<?> type) {
    proven.get(type).set(true);
  }
}
