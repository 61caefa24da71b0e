package dev.dbos;

import dev.dbos.internal.engine.Registration;
import dev.dbos.serialization.Trust;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whose classes stored steps and errors may name: those the program itself shows to be its own. */
final class TrustedTypes {
  private TrustedTypes() {}

  static Trust of(List<String> packages, Collection<Registration<?, ?>> workflows) {
    Set<String> trusted = new TreeSet<>(packages);
    List<Class<?>> classes = new ArrayList<>();
    for (Registration<?, ?> workflow : workflows) {
      add(workflow.body().getClass(), trusted, classes);
      add(workflow.definition().inputType(), trusted, classes);
      add(workflow.definition().outputType(), trusted, classes);
    }
    return Trust.of(trusted, classes);
  }

  private static void add(Type type, Set<String> packages, List<Class<?>> classes) {
    switch (type) {
      case Class<?> named -> addClass(named, packages, classes);
      case ParameterizedType generic -> {
        add(generic.getRawType(), packages, classes);
        for (Type argument : generic.getActualTypeArguments()) {
          add(argument, packages, classes);
        }
      }
      case GenericArrayType array -> add(array.getGenericComponentType(), packages, classes);
      case WildcardType wildcard -> {
        for (Type bound : wildcard.getUpperBounds()) {
          add(bound, packages, classes);
        }
      }
      default -> {}
    }
  }

  private static void addClass(Class<?> named, Set<String> packages, List<Class<?>> classes) {
    String packageName = named.getPackageName();
    if (named.isArray()) {
      addClass(named.componentType(), packages, classes);
    } else if (!named.isPrimitive() && !packageName.startsWith("java.")) {
      // Also by itself: so it may be named by its logical name, and has none of a package at times.
      classes.add(named);
      if (!packageName.isEmpty()) {
        packages.add(packageName);
      }
    }
  }
}
