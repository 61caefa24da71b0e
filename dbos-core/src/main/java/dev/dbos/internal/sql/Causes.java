package dev.dbos.internal.sql;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The chain of causes, which some drivers close to a ring. */
final class Causes {
  private Causes() {}

  /** The first of a type, {@code failure} itself included, or null. */
  static <T extends Throwable> @Nullable T first(@Nullable Throwable failure, Class<T> type) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable next = failure; next != null && seen.add(next); next = next.getCause()) {
      if (type.isInstance(next)) {
        return type.cast(next);
      }
    }
    return null;
  }
}
