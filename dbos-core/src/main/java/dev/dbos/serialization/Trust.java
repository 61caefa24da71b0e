package dev.dbos.serialization;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SerializationException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The classes that stored text may name. A name is checked before its class is loaded, and a class
 * is loaded without running its initializers.
 *
 * <p>Always trusted are a fixed list of the JDK's value types, collections and exceptions, the
 * exceptions of this library and those of jOOQ. Everything else has to be named by the application.
 * Immutable and safe for use by many threads.
 */
public final class Trust {

  private static final Trust JDK_ONLY = new Trust(Set.of(), Set.of());

  private static final Set<String> RESERVED =
      Set.of("java", "javax", "jdk", "sun", "com.sun", "com", "org");

  /** Longer names are no names of classes, but cost time to look at. */
  private static final int MOST_NAME = 4_000;

  private static final int MOST_SHOWN = 100;

  private static final String PRIMITIVE_CODES = "ZBCDFIJS";

  private final Set<String> packages;
  private final Set<String> classNames = new HashSet<>();
  private final Map<String, Class<?>> logicalNames = new HashMap<>();

  private Trust(Collection<String> packages, Collection<Class<?>> classes) {
    this.packages = new LinkedHashSet<>(packages);
    this.packages.forEach(Trust::requirePackage);
    for (Class<?> type : classes) {
      classNames.add(elementName(type.getName()));
      addLogicalName(type);
    }
  }

  /**
   * Trusts packages and single classes beside what is always trusted.
   *
   * @param packages names such as {@code com.acme.orders}; each covers its sub packages
   * @param classes each covers its nested classes, and may be stored under its {@link LogicalName}
   *     or {@code @JsonTypeName}
   * @throws ConfigurationException if a package name is empty, a wildcard or so wide as to make the
   *     list pointless, or two classes have the same logical name
   */
  public static Trust of(Collection<String> packages, Collection<Class<?>> classes) {
    return new Trust(packages, classes);
  }

  /** Trusts only what is always trusted. */
  public static Trust jdkOnly() {
    return JDK_ONLY;
  }

  /**
   * Whether a class of this name may be loaded.
   *
   * @param className as {@link Class#getName} gives it, or with {@code []} behind it for an array,
   *     which is trusted if its elements are
   */
  public boolean trusts(String className) {
    if (className.length() > MOST_NAME) {
      return false;
    }
    String name = elementName(className);
    return JdkTypes.PRIMITIVES.containsKey(name)
        || isTrustedClass(name)
        || name.startsWith("dev.dbos.error.")
        || name.startsWith("org.jooq.exception.")
        || packages.stream().anyMatch(trusted -> name.startsWith(trusted + "."))
        || JdkTypes.includes(name);
  }

  /** The name under which a class is stored. */
  String nameOf(Class<?> type) {
    String logical = Names.declaredOn(type);
    return logical != null && logicalNames.get(logical) == type ? logical : type.getName();
  }

  /**
   * The class that is stored under a name.
   *
   * @throws SerializationException if it is not trusted or does not exist
   */
  Class<?> load(String name) {
    Class<?> logical = logicalNames.get(name);
    if (logical != null) {
      return logical;
    }
    if (name.length() > MOST_NAME) {
      throw new SerializationException(
          "The stored value names a class by a name of "
              + name.length()
              + " characters, which none has: "
              + name.substring(0, MOST_SHOWN)
              + "...",
          null);
    }
    if (!trusts(name)) {
      throw new SerializationException(
          "The stored value names the class "
              + name
              + ", which is not trusted; "
              + remedy(Names.packageOf(name)),
          null);
    }
    try {
      return loadTrusted(name);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new SerializationException(
          "The stored value names the class "
              + name
              + ", which is not there any more; keep it until the workflows that used it have ended",
          e);
    }
  }

  static String remedy(String packageName) {
    return "to allow it add DBOS.builder(...).trustedPackages(\"" + packageName + "\")";
  }

  private static Class<?> loadTrusted(String name) throws ClassNotFoundException {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      try {
        return Class.forName(name, false, context);
      } catch (ClassNotFoundException e) {
        // The context class loader of a foreign thread may not see the application.
      }
    }
    return Class.forName(name, false, Trust.class.getClassLoader());
  }

  private boolean isTrustedClass(String name) {
    for (String outer = name; ; outer = outer.substring(0, outer.lastIndexOf('$'))) {
      if (classNames.contains(outer)) {
        return true;
      }
      if (outer.lastIndexOf('$') <= 0) {
        return false;
      }
    }
  }

  private void addLogicalName(Class<?> type) {
    String logical = Names.declaredOn(type);
    if (logical == null) {
      return;
    }
    Class<?> other = logicalNames.put(logical, type);
    if (other != null && other != type) {
      throw new ConfigurationException(
          "Two classes have the logical name \""
              + logical
              + "\": "
              + other.getName()
              + " and "
              + type.getName()
              + "; rename one",
          null);
    }
  }

  private static String elementName(String className) {
    String name = className;
    while (name.endsWith("[]")) {
      name = name.substring(0, name.length() - 2);
    }
    int dimensions = 0;
    while (dimensions < name.length() && name.charAt(dimensions) == '[') {
      dimensions++;
    }
    if (dimensions == 0) {
      return name;
    }
    String element = name.substring(dimensions);
    if (element.length() == 1 && PRIMITIVE_CODES.contains(element)) {
      return "int";
    }
    return element.startsWith("L") && element.endsWith(";")
        ? element.substring(1, element.length() - 1)
        : name;
  }

  private static void requirePackage(String name) {
    String root = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    boolean jdk = root.startsWith("java") || root.equals("jdk") || root.equals("sun");
    if (name.isBlank() || name.contains("*") || jdk || RESERVED.contains(name)) {
      throw new ConfigurationException(
          "\""
              + name
              + "\" cannot be a trusted package; name a package of the application, such as"
              + " com.acme.orders",
          null);
    }
  }
}
