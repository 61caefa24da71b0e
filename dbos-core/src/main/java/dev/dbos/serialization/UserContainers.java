package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collections and maps of the application's own classes: made empty, then filled. */
final class UserContainers {

  private UserContainers() {}

  @SuppressWarnings("unchecked") // erased: the elements were taken from such a collection
  static Function<List<@Nullable Object>, Collection<?>> collection(Class<?> type) {
    Constructor<?> constructor = constructor(type);
    return elements -> {
      Collection<@Nullable Object> collection =
          (Collection<@Nullable Object>) newInstance(constructor);
      collection.addAll(elements);
      return collection;
    };
  }

  @SuppressWarnings("unchecked") // erased: the entries were taken from such a map
  static Function<Map<@Nullable Object, @Nullable Object>, Map<?, ?>> map(Class<?> type) {
    Constructor<?> constructor = constructor(type);
    return entries -> {
      Map<@Nullable Object, @Nullable Object> map =
          (Map<@Nullable Object, @Nullable Object>) newInstance(constructor);
      map.putAll(entries);
      return map;
    };
  }

  private static Constructor<?> constructor(Class<?> type) {
    for (Class<?> each = type; !each.getName().startsWith("java."); each = each.getSuperclass()) {
      for (Field field : each.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          throw unusable(type, "it has fields beside its elements");
        }
      }
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      if (!constructor.trySetAccessible()) {
        throw unusable(type, "its constructor is not accessible");
      }
      return constructor;
    } catch (NoSuchMethodException e) {
      throw unusable(type, "it has no constructor without parameters");
    }
  }

  private static Object newInstance(Constructor<?> constructor) {
    try {
      return constructor.newInstance();
    } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
      throw new SerializationException(
          constructor.getDeclaringClass().getName() + " could not be made: " + e.getCause(), e);
    }
  }

  private static SerializationException unusable(Class<?> type, String reason) {
    return new SerializationException(
        type.getName()
            + " cannot be stored: "
            + reason
            + "; copy its elements into a collection of the JDK",
        null);
  }
}
