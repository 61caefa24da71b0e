package dev.dbos.serialization;

import java.lang.reflect.Modifier;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The collections, maps and optionals of the JDK.
 *
 * <p>Public classes are read back as themselves. The JDK's private ones (what {@code List.of},
 * {@code Collections.unmodifiableSet} or {@code Map.keySet} return) are read back as an
 * unmodifiable list, set or map with the same elements in the same order.
 */
@SuppressWarnings("JdkObsolete") // users may return what we would not choose
final class Containers {

  private static final Map<Class<?>, Form> BY_CLASS = new HashMap<>();
  private static final Map<String, Form> BY_TAG = new HashMap<>();

  static final Form ARRAY_LIST = collection(ArrayList.class, ArrayList::new);
  static final Form LINKED_HASH_MAP = map(LinkedHashMap.class, LinkedHashMap::new);

  private static final Form LINKED_HASH_SET = collection(LinkedHashSet.class, LinkedHashSet::new);
  private static final Form TREE_SET = collection(TreeSet.class, TreeSet::new);
  private static final Form TREE_MAP = map(TreeMap.class, TreeMap::new);
  private static final Form LIST =
      tagOnly(new CollectionForm(List.class, Containers::unmodifiableList));
  private static final Form SET =
      tagOnly(
          new CollectionForm(
              Set.class, values -> Collections.unmodifiableSet(new LinkedHashSet<>(values))));
  private static final Form SORTED_SET =
      tagOnly(
          new CollectionForm(
              NavigableSet.class,
              values -> Collections.unmodifiableNavigableSet(new TreeSet<>(values))));
  private static final Form MAP = tagOnly(new MapForm(Map.class, Collections::unmodifiableMap));
  private static final Form SORTED_MAP =
      tagOnly(
          new MapForm(
              NavigableMap.class,
              entries -> Collections.unmodifiableNavigableMap(new TreeMap<>(entries))));
  private static final Form ENTRY = register(new ReferenceForms.EntryForm());
  private static final Form ENUM_SET = register(new EnumForms.EnumSetForm());

  static {
    collection(LinkedList.class, LinkedList::new);
    collection(Vector.class, Vector::new);
    collection(ArrayDeque.class, ArrayDeque::new);
    collection(PriorityQueue.class, PriorityQueue::new);
    collection(CopyOnWriteArrayList.class, CopyOnWriteArrayList::new);
    collection(ConcurrentLinkedQueue.class, ConcurrentLinkedQueue::new);
    collection(ConcurrentLinkedDeque.class, ConcurrentLinkedDeque::new);
    collection(LinkedBlockingQueue.class, LinkedBlockingQueue::new);
    collection(LinkedBlockingDeque.class, LinkedBlockingDeque::new);
    collection(HashSet.class, HashSet::new);
    collection(ConcurrentSkipListSet.class, ConcurrentSkipListSet::new);
    collection(CopyOnWriteArraySet.class, CopyOnWriteArraySet::new);
    collection(Arrays.asList().getClass(), values -> Arrays.asList(values.toArray()));
    map(HashMap.class, HashMap::new);
    map(Hashtable.class, Hashtable::new);
    map(ConcurrentHashMap.class, ConcurrentHashMap::new);
    map(ConcurrentSkipListMap.class, ConcurrentSkipListMap::new);
    register(new EnumForms.EnumMapForm());
    register(new ReferenceForms.OptionalForm());
    register(
        new ReferenceForms.PrimitiveOptionalForm<>(
            OptionalInt.class,
            OptionalInt.empty(),
            Integer.class,
            OptionalInt::getAsInt,
            OptionalInt::of));
    register(
        new ReferenceForms.PrimitiveOptionalForm<>(
            OptionalLong.class,
            OptionalLong.empty(),
            Long.class,
            OptionalLong::getAsLong,
            OptionalLong::of));
    register(
        new ReferenceForms.PrimitiveOptionalForm<>(
            OptionalDouble.class,
            OptionalDouble.empty(),
            Double.class,
            OptionalDouble::getAsDouble,
            OptionalDouble::of));
    BY_CLASS.put(Map.Entry.class, ENTRY);
    BY_CLASS.put(AbstractMap.SimpleEntry.class, ENTRY);
    BY_CLASS.put(AbstractMap.SimpleImmutableEntry.class, ENTRY);
  }

  private Containers() {}

  /** The form of exactly this class. */
  static @Nullable Form exactly(Class<?> type) {
    return BY_CLASS.get(type);
  }

  static @Nullable Form byTag(String tag) {
    return BY_TAG.get(tag);
  }

  /** The form of objects of this class, or null if they are not containers of the JDK. */
  static @Nullable Form of(Class<?> type) {
    Form exact = BY_CLASS.get(type);
    if (exact != null) {
      return exact;
    }
    if (EnumSet.class.isAssignableFrom(type)) {
      return ENUM_SET;
    }
    boolean hidden = !Modifier.isPublic(type.getModifiers());
    return hidden && type.getName().startsWith("java.util.") ? ofHidden(type) : null;
  }

  private static @Nullable Form ofHidden(Class<?> type) {
    boolean modifiable = isModifiable(type.getSimpleName());
    if (SortedSet.class.isAssignableFrom(type)) {
      return modifiable ? TREE_SET : SORTED_SET;
    }
    if (Set.class.isAssignableFrom(type)) {
      return modifiable ? LINKED_HASH_SET : SET;
    }
    if (SortedMap.class.isAssignableFrom(type)) {
      return modifiable ? TREE_MAP : SORTED_MAP;
    }
    if (Map.class.isAssignableFrom(type)) {
      return modifiable ? LINKED_HASH_MAP : MAP;
    }
    if (Map.Entry.class.isAssignableFrom(type)) {
      return ENTRY;
    }
    if (Collection.class.isAssignableFrom(type)) {
      return modifiable ? ARRAY_LIST : LIST;
    }
    return null;
  }

  private static boolean isModifiable(String name) {
    return !name.contains("Unmodifiable")
        && !name.contains("Immutable")
        && (name.contains("Synchronized") || name.contains("Sub"));
  }

  private static List<@Nullable Object> unmodifiableList(List<@Nullable Object> values) {
    return values.contains(null) ? Collections.unmodifiableList(values) : List.copyOf(values);
  }

  private static Form collection(
      Class<?> type, Function<List<@Nullable Object>, Collection<?>> maker) {
    return register(new CollectionForm(type, maker));
  }

  private static Form map(
      Class<?> type, Function<Map<@Nullable Object, @Nullable Object>, Map<?, ?>> maker) {
    return register(new MapForm(type, maker));
  }

  private static Form register(Form form) {
    BY_CLASS.put(form.type(), form);
    return tagOnly(form);
  }

  private static Form tagOnly(Form form) {
    BY_TAG.put(form.tag(), form);
    return form;
  }
}
