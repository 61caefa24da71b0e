package dev.dbos.serialization;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What can be told from, and restored into, the exceptions of one class. */
final class ErrorClass {

  private static final String MESSAGE = "message";
  private static final String CAUSE = "cause";

  /** Constructors of the JDK whose parameters have lost their names. */
  private static final Map<String, List<String>> JDK_PARAMETERS =
      Map.of(
          "java.time.format.DateTimeParseException", List.of(MESSAGE, "parsedString", "errorIndex"),
          "java.net.URISyntaxException", List.of("input", "reason", "index"),
          "java.util.MissingResourceException", List.of(MESSAGE, "className", "key"),
          "java.nio.file.FileSystemException", List.of("file", "otherFile", "reason"),
          "java.nio.file.NoSuchFileException", List.of("file", "otherFile", "reason"),
          "java.nio.file.AccessDeniedException", List.of("file", "otherFile", "reason"),
          "java.nio.file.FileAlreadyExistsException", List.of("file", "otherFile", "reason"),
          "java.nio.file.AtomicMoveNotSupportedException", List.of("file", "otherFile", "reason"),
          "java.nio.file.NotLinkException", List.of("file", "otherFile", "reason"));

  private static final ClassValue<ErrorClass> CACHE =
      new ClassValue<>() {
        @Override
        protected ErrorClass computeValue(Class<?> type) {
          return new ErrorClass(type);
        }
      };

  private final List<Candidate> candidates = new ArrayList<>();
  private final Map<String, Method> setters;
  private final ErrorState state;

  private ErrorClass(Class<?> type) {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.trySetAccessible()) {
        addCandidates(constructor);
      }
    }
    candidates.sort(Comparator.comparingInt(Candidate::rank));
    this.state = new ErrorState(type);
    this.setters = state.setters();
  }

  static ErrorClass of(Class<?> type) {
    return CACHE.get(type);
  }

  /** The values, beside message and cause, that a constructor or setter could take back. */
  Map<String, @Nullable Object> read(Throwable error) {
    Set<String> names = new LinkedHashSet<>();
    candidates.forEach(candidate -> names.addAll(candidate.names()));
    names.addAll(setters.keySet());
    names.removeAll(Set.of(MESSAGE, CAUSE));
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (String name : names) {
      state.read(error, name, values);
    }
    return values;
  }

  boolean isSameState(Throwable error, Throwable other, BiPredicate<Object, Object> alike) {
    return state.isSame(error, other, alike);
  }

  /** A new exception with exactly this message and cause, or null. */
  @Nullable Throwable make(
      @Nullable String message, @Nullable Throwable cause, Map<String, @Nullable Object> fields) {
    for (Candidate candidate : candidates) {
      Throwable made = candidate.make(message, cause, fields);
      if (made != null
          && Objects.equals(made.getMessage(), message)
          && hasCause(made, cause)
          && set(made, candidate, fields)) {
        return made;
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality") // an exception that equals the cause is not the cause
  private static boolean hasCause(Throwable made, @Nullable Throwable cause) {
    if (made.getCause() == null && cause != null) {
      try {
        made.initCause(cause);
      } catch (IllegalStateException e) {
        return false;
      }
    }
    return made.getCause() == cause;
  }

  private boolean set(Throwable made, Candidate candidate, Map<String, @Nullable Object> fields) {
    for (Map.Entry<String, Method> setter : setters.entrySet()) {
      Object value = fields.get(setter.getKey());
      if (value != null && !candidate.names().contains(setter.getKey())) {
        try {
          setter.getValue().invoke(made, value);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
          return false;
        }
      }
    }
    return true;
  }

  private void addCandidates(Constructor<?> constructor) {
    List<String> named = parameterNames(constructor);
    if (named != null) {
      candidates.add(new Candidate(constructor, named));
    }
    List<String> byType = parameterRoles(constructor);
    if (byType != null && !byType.equals(named)) {
      candidates.add(new Candidate(constructor, byType));
    }
  }

  private static @Nullable List<String> parameterNames(Constructor<?> constructor) {
    List<String> known = JDK_PARAMETERS.get(constructor.getDeclaringClass().getName());
    if (known != null) {
      return known.size() == constructor.getParameterCount() ? known : null;
    }
    List<String> names = new ArrayList<>();
    for (Parameter parameter : constructor.getParameters()) {
      JsonProperty property = parameter.getAnnotation(JsonProperty.class);
      if (property != null && !property.value().isEmpty()) {
        names.add(property.value());
      } else if (parameter.isNamePresent()) {
        names.add(parameter.getName());
      } else {
        return null;
      }
    }
    return names;
  }

  /** Message and cause by their types, for the usual constructors of exceptions. */
  private static @Nullable List<String> parameterRoles(Constructor<?> constructor) {
    List<String> roles = new ArrayList<>();
    for (Class<?> type : constructor.getParameterTypes()) {
      String role = type == String.class ? MESSAGE : CAUSE;
      if ((type != String.class && !Throwable.class.isAssignableFrom(type))
          || roles.contains(role)) {
        return null;
      }
      roles.add(role);
    }
    return roles;
  }

  /** One way to call one constructor. */
  private record Candidate(Constructor<?> constructor, List<String> names) {

    /** Those that restore most come first. */
    int rank() {
      int fields = (int) names.stream().filter(name -> !isCommon(name)).count();
      int common = names.size() - fields;
      return -(fields * 10 + common);
    }

    private static boolean isCommon(String name) {
      return name.equals(MESSAGE) || name.equals(CAUSE);
    }

    @Nullable Throwable make(
        @Nullable String message, @Nullable Throwable cause, Map<String, @Nullable Object> fields) {
      @Nullable Object[] arguments = new @Nullable Object[names.size()];
      for (int i = 0; i < arguments.length; i++) {
        String name = names.get(i);
        Object value =
            switch (name) {
              case MESSAGE -> message;
              case CAUSE -> cause;
              default -> fields.get(name);
            };
        Class<?> type = constructor.getParameterTypes()[i];
        boolean missing = !isCommon(name) && !fields.containsKey(name);
        boolean fits =
            value == null ? !type.isPrimitive() : TaggedCodec.boxed(type).isInstance(value);
        if (missing || !fits) {
          return null;
        }
        arguments[i] = value;
      }
      return invoke(arguments);
    }

    private @Nullable Throwable invoke(@Nullable Object[] arguments) {
      try {
        return (Throwable) constructor.newInstance(arguments);
      } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
        return null;
      }
    }

    @Override
    public String toString() {
      return constructor.getName() + Arrays.toString(names.toArray());
    }
  }
}
