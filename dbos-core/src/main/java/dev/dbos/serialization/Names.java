package dev.dbos.serialization;

import com.fasterxml.jackson.annotation.JsonTypeName;
import org.jspecify.annotations.Nullable;

/** What classes are called in stored text. */
final class Names {

  private Names() {}

  /** The name a class declares by annotation, or null. */
  static @Nullable String declaredOn(Class<?> type) {
    LogicalName ours = type.getAnnotation(LogicalName.class);
    if (ours != null && !ours.value().isBlank()) {
      return ours.value();
    }
    JsonTypeName jackson = type.getAnnotation(JsonTypeName.class);
    return jackson != null && !jackson.value().isBlank() ? jackson.value() : null;
  }

  /** The declared name, else the simple class name. */
  static String simple(Class<?> type) {
    String declared = declaredOn(type);
    return declared != null ? declared : lastSegment(type.getName());
  }

  /** {@code Line} of {@code com.acme.Order$Line}; never empty. */
  static String lastSegment(String className) {
    String name = className.substring(className.lastIndexOf('.') + 1);
    int nested = name.lastIndexOf('$');
    return nested >= 0 && nested < name.length() - 1 ? name.substring(nested + 1) : name;
  }

  static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }
}
