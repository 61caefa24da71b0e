package dev.dbos.serialization;

import java.util.Map;
import java.util.Set;

/** The classes of the JDK that may be named in stored text: values, collections and exceptions. */
final class JdkTypes {

  static final Map<String, Class<?>> PRIMITIVES =
      Map.of(
          "boolean", boolean.class,
          "byte", byte.class,
          "char", char.class,
          "double", double.class,
          "float", float.class,
          "int", int.class,
          "long", long.class,
          "short", short.class);

  private static final Set<String> ENUMS =
      Set.of(
          "java.math.RoundingMode",
          "java.sql.JDBCType",
          "java.time.DayOfWeek",
          "java.time.Month",
          "java.time.temporal.ChronoField",
          "java.time.temporal.ChronoUnit",
          "java.util.concurrent.TimeUnit");

  /** Not values by themselves, but what arrays are made of. */
  private static final Set<String> ELEMENTS =
      Set.of(
          "java.io.Serializable",
          "java.lang.CharSequence",
          "java.lang.Comparable",
          "java.lang.Number",
          "java.lang.Object",
          "java.util.Collection");

  private static final Set<String> EXCEPTION_PACKAGES =
      Set.of(
          "java.io",
          "java.lang",
          "java.lang.reflect",
          "java.net",
          "java.net.http",
          "java.nio",
          "java.nio.channels",
          "java.nio.charset",
          "java.nio.file",
          "java.security",
          "java.sql",
          "java.text",
          "java.time",
          "java.time.format",
          "java.time.temporal",
          "java.time.zone",
          "java.util",
          "java.util.concurrent",
          "java.util.regex",
          "java.util.zip");

  private static final Set<String> OTHER_EXCEPTIONS =
      Set.of("java.lang.Throwable", "java.sql.SQLWarning", "java.sql.DataTruncation");

  private JdkTypes() {}

  static boolean includes(String className) {
    return Scalars.byTag(className) != null
        || Containers.byTag(className) != null
        || ENUMS.contains(className)
        || ELEMENTS.contains(className)
        || isException(className);
  }

  /** By name alone, since asking the class would mean loading it first. */
  private static boolean isException(String className) {
    return OTHER_EXCEPTIONS.contains(className)
        || ((className.endsWith("Exception") || className.endsWith("Error"))
            && EXCEPTION_PACKAGES.contains(Names.packageOf(className))
            && className.indexOf('$') < 0);
  }
}
