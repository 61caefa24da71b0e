package dev.dbos.serialization;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.dbos.error.SerializationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Makes sealed hierarchies polymorphic by themselves: a property {@code @type} holds the logical or
 * simple name of the class, looked up among the permitted subclasses and nowhere else. Hierarchies
 * with Jackson annotations of their own keep those.
 */
final class SealedTypes extends JacksonAnnotationIntrospector {
  private static final long serialVersionUID = 1L;

  static final String PROPERTY = "@type";

  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated annotated) {
    JsonTypeInfo.Value declared = super.findPolymorphicTypeInfo(config, annotated);
    if (declared != null
        || !(annotated instanceof AnnotatedClass type)
        || sealedRoots(type.getRawType()).isEmpty()) {
      return declared;
    }
    return JsonTypeInfo.Value.construct(
        JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, PROPERTY, null, false, false, null);
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
    List<NamedType> declared = super.findSubtypes(config, annotated);
    if (declared != null
        || !(annotated instanceof AnnotatedClass type)
        || !type.getRawType().isSealed()) {
      return declared;
    }
    Map<String, Class<?>> byName = new LinkedHashMap<>();
    for (Class<?> member : members(type.getRawType())) {
      Class<?> other = byName.put(Names.simple(member), member);
      if (other != null) {
        throw ambiguous(type.getRawType(), other, member);
      }
    }
    List<NamedType> named = new ArrayList<>();
    byName.forEach((name, member) -> named.add(new NamedType(member, name)));
    return named;
  }

  @Override
  public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass type) {
    String declared = Names.declaredOn(type.getRawType());
    if (declared != null) {
      return declared;
    }
    return sealedRoots(type.getRawType()).isEmpty()
        ? super.findTypeName(config, type)
        : Names.simple(type.getRawType());
  }

  /** The sealed user types among a class and its ancestors. */
  private static Set<Class<?>> sealedRoots(Class<?> type) {
    Set<Class<?>> roots = new LinkedHashSet<>();
    collectRoots(type, roots);
    return roots;
  }

  private static void collectRoots(@Nullable Class<?> type, Set<Class<?>> roots) {
    // The JDK seals types of its own, such as ConstantDesc above String, that mean nothing here.
    if (type == null || type.getName().startsWith("java.")) {
      return;
    }
    if (type.isSealed() && !type.isEnum()) {
      roots.add(type);
    }
    collectRoots(type.getSuperclass(), roots);
    for (Class<?> parent : type.getInterfaces()) {
      collectRoots(parent, roots);
    }
  }

  private static Set<Class<?>> members(Class<?> sealed) {
    Set<Class<?>> members = new LinkedHashSet<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isSealed() && !permitted.isEnum()) {
        members.addAll(members(permitted));
      }
      if (!permitted.isInterface()) {
        members.add(permitted);
      }
    }
    return members;
  }

  private static SerializationException ambiguous(Class<?> root, Class<?> one, Class<?> other) {
    return new SerializationException(
        "Two members of "
            + root.getName()
            + " have the same name in JSON: "
            + one.getName()
            + " and "
            + other.getName()
            + "; give one of them a @LogicalName",
        null);
  }
}
