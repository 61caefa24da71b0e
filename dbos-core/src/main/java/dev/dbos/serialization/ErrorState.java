package dev.dbos.serialization;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What an exception class holds beyond message and cause: its fields, and the JDK's by getters. */
final class ErrorState {

  private static final Set<Class<?>> PLAIN =
      Set.of(Throwable.class, Exception.class, RuntimeException.class, Error.class);

  private final Class<?> type;
  private final List<Field> fields = new ArrayList<>();
  private final List<Method> jdkGetters = new ArrayList<>();

  ErrorState(Class<?> type) {
    this.type = type;
    for (Class<?> each = type; each != null && !PLAIN.contains(each); each = each.getSuperclass()) {
      if (each.getName().startsWith("java.")) {
        addGetters(each);
      } else {
        addFields(each);
      }
    }
  }

  private void addFields(Class<?> declaring) {
    for (Field field : declaring.getDeclaredFields()) {
      int modifiers = field.getModifiers();
      if (!Modifier.isStatic(modifiers)
          && !Modifier.isTransient(modifiers)
          && !field.isSynthetic()) {
        fields.add(field);
      }
    }
  }

  private void addGetters(Class<?> declaring) {
    for (Method method : declaring.getDeclaredMethods()) {
      if (isAccessor(method)
          && method.getName().startsWith("get")
          && !Throwable.class.isAssignableFrom(method.getReturnType())) {
        jdkGetters.add(method);
      }
    }
  }

  private static boolean isAccessor(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && !Modifier.isStatic(method.getModifiers())
        && method.getParameterCount() == 0
        && method.getReturnType() != void.class;
  }

  /** Public methods that take back what an accessor of the same name gives, by property name. */
  Map<String, Method> setters() {
    Map<String, Method> setters = new LinkedHashMap<>();
    for (Method method : type.getMethods()) {
      String name = method.getName();
      if (method.getParameterCount() != 1
          || Modifier.isStatic(method.getModifiers())
          || method.getDeclaringClass().getName().startsWith("java.")) {
        continue;
      }
      String property = name.startsWith("set") && name.length() > 3 ? decapitalized(name) : name;
      Method accessor = accessor(property);
      if (accessor != null
          && accessor.getReturnType() == method.getParameterTypes()[0]
          && method.trySetAccessible()) {
        setters.put(property, method);
      }
    }
    return setters;
  }

  private static String decapitalized(String setter) {
    return setter.substring(3, 4).toLowerCase(Locale.ROOT) + setter.substring(4);
  }

  /** Puts the value of a property, by accessor or field, if there is one. */
  void read(Throwable error, String name, Map<String, @Nullable Object> values) {
    try {
      Method accessor = accessor(name);
      if (accessor != null && accessor.trySetAccessible()) {
        values.put(name, accessor.invoke(error));
        return;
      }
      for (Field field : fields) {
        if (field.getName().equals(name) && field.trySetAccessible()) {
          values.put(name, field.get(error));
          return;
        }
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      // A broken accessor: the value is not to be had.
    }
  }

  private @Nullable Method accessor(String name) {
    String capitalized =
        name.isEmpty() ? name : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    for (String candidate : List.of(name, "get" + capitalized, "is" + capitalized)) {
      try {
        Method method = type.getMethod(candidate);
        if (isAccessor(method) && method.getDeclaringClass() != Object.class) {
          return method;
        }
      } catch (NoSuchMethodException e) {
        // Try the next convention.
      }
    }
    return null;
  }

  /**
   * Whether two exceptions of this class hold equal values. What cannot be compared is different.
   */
  boolean isSame(Throwable error, Throwable other, BiPredicate<Object, Object> alike) {
    try {
      for (Field field : fields) {
        if (!isSame(field, error, other, alike)) {
          return false;
        }
      }
      for (Method getter : jdkGetters) {
        if (!isEqual(getter.invoke(error), getter.invoke(other), alike)) {
          return false;
        }
      }
      return true;
    } catch (IllegalAccessException | InvocationTargetException | RuntimeException e) {
      return false;
    }
  }

  /** By what the accessor tells, if there is one: the field behind it may be filled lazily. */
  private boolean isSame(
      Field field, Throwable error, Throwable other, BiPredicate<Object, Object> alike)
      throws IllegalAccessException, InvocationTargetException {
    Method accessor = accessor(field.getName());
    if (accessor != null
        && accessor.trySetAccessible()
        && isEqual(accessor.invoke(error), accessor.invoke(other), alike)) {
      return true;
    }
    return field.trySetAccessible() && isEqual(field.get(error), field.get(other), alike);
  }

  private static boolean isEqual(
      @Nullable Object one, @Nullable Object other, BiPredicate<Object, Object> alike) {
    if (one instanceof Throwable first && other instanceof Throwable second) {
      return first.getClass() == second.getClass()
          && Objects.equals(first.getMessage(), second.getMessage());
    }
    return Objects.deepEquals(one, other)
        || (one != null && other != null && alike.test(one, other));
  }
}
