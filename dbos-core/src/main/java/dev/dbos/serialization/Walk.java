package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/** What is remembered while one value is written; used by one thread. */
final class Walk {

  private final Set<Object> path = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Class<?>> unproven = new HashSet<>();

  void enter(Object value, JsonGenerator generator) {
    if (!path.add(value)) {
      throw new SerializationException(
          value.getClass().getName()
              + " cannot be stored"
              + Refusal.at(generator)
              + ": it contains itself; break the cycle, for example with an id",
          null);
    }
  }

  void leave(Object value) {
    path.remove(value);
  }

  /** Notes a class whose values have not yet been seen to survive a round trip. */
  void doubt(Class<?> type) {
    unproven.add(type);
  }

  Set<Class<?>> unproven() {
    return unproven;
  }
}
