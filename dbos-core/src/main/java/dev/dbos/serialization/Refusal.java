package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.TokenStreamContext;

/** Why objects of a class cannot be stored, and what to do about it. */
final class Refusal {

  private Refusal() {}

  /** The reason why a class can never be data, or null if it can. */
  static @Nullable String reason(Class<?> type) {
    String name = type.getName();
    if (type.isHidden() || type.isSynthetic() || Proxy.isProxyClass(type)) {
      return name + " cannot be stored: it is a lambda or proxy; use data instead";
    }
    if (type.isAnonymousClass() || isBoundToAnObject(type)) {
      return name
          + " cannot be stored: it is an anonymous or inner class and depends on the object around"
          + " it; make it a record or a static class";
    }
    if (Throwable.class.isAssignableFrom(type)) {
      return name
          + " cannot be stored as a value: it is an exception; throw it, or use the facts it carries"
          + " instead";
    }
    if (!type.isRecord() && isResource(type)) {
      return name + " cannot be stored: it is an open resource; use the data read from it instead";
    }
    if (isJdk(name)) {
      return name + " cannot be stored: it is not a value type; use a record, list or map instead";
    }
    return null;
  }

  static SerializationException untrusted(Class<?> type, String at) {
    String name = type.getName();
    String where = Names.packageOf(name);
    String remedy =
        where.isEmpty()
            ? "move it from the unnamed package into one that is trusted"
            : Trust.remedy(where);
    return new SerializationException(
        name + " cannot be stored" + at + ": it is not trusted; " + remedy, null);
  }

  /**
   * {@code " (found at /lines/2)"} for the value that is about to be written; nothing at the root.
   */
  static String at(JsonGenerator generator) {
    StringBuilder path = new StringBuilder();
    TokenStreamContext place = generator.streamWriteContext();
    // An element counts only once it has been begun.
    int next = 1;
    for (; place != null && !place.inRoot(); place = place.getParent()) {
      if (place.inArray()) {
        path.insert(0, "/" + (place.getCurrentIndex() + next));
      } else if (place.currentName() != null && !place.currentName().equals(TaggedCodec.VALUE)) {
        path.insert(0, "/" + place.currentName());
      }
      next = 0;
    }
    return path.isEmpty() ? "" : " (found at " + path + ")";
  }

  private static boolean isBoundToAnObject(Class<?> type) {
    boolean inner = type.isMemberClass() || type.isLocalClass();
    return inner && !type.isEnum() && !type.isRecord() && !Modifier.isStatic(type.getModifiers());
  }

  private static boolean isResource(Class<?> type) {
    return AutoCloseable.class.isAssignableFrom(type)
        || Thread.class.isAssignableFrom(type)
        || ClassLoader.class.isAssignableFrom(type);
  }

  private static boolean isJdk(String name) {
    return name.startsWith("java.")
        || name.startsWith("javax.")
        || name.startsWith("jdk.")
        || name.startsWith("sun.")
        || name.startsWith("com.sun.");
  }
}
