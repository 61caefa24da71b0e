package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Any number of arguments, as the input of a workflow that programs in other languages start or
 * run: there a workflow may take several arguments, in Python also named ones.
 *
 * <pre>{@code
 * WorkflowDefinition<Arguments, Integer> ADD =
 *     WorkflowDefinition.of("add", Arguments.class, Integer.class);
 * builder.workflow(ADD, args -> args.get(0, Integer.class) + args.get(1, Integer.class));
 * }</pre>
 *
 * <p>Stored as portable JSON like every input. Immutable, if its values are.
 */
public final class Arguments {
  private static final Arguments NONE = new Arguments(List.of(), Map.of());

  private final List<@Nullable Object> positional;
  private final Map<String, @Nullable Object> named;

  private Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    this.positional = positional;
    this.named = named;
  }

  /** No arguments. */
  public static Arguments none() {
    return NONE;
  }

  /** Arguments by their positions. */
  public static Arguments of(@Nullable Object... positional) {
    return of(Arrays.asList(positional));
  }

  /** Arguments by their positions. */
  public static Arguments of(List<? extends @Nullable Object> positional) {
    return new Arguments(Collections.unmodifiableList(new ArrayList<>(positional)), Map.of());
  }

  /** With one more that has a name; only Python has such. */
  public Arguments withNamed(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new Arguments(positional, Collections.unmodifiableMap(more));
  }

  /** How many there are by position. */
  public int size() {
    return positional.size();
  }

  /** Those by position; of a stored input as plain JSON values. */
  public List<@Nullable Object> positional() {
    return positional;
  }

  /** Those by name, in their order; of a stored input as plain JSON values. */
  public Map<String, @Nullable Object> named() {
    return named;
  }

  /**
   * The argument at a position, by its type.
   *
   * @param position from 0
   * @throws SerializationException when there are not so many, it is null, or does not convert
   */
  public <T> T get(int position, Class<T> type) {
    return require(position, find(position, type));
  }

  /** The argument at a position, of a generic type; see {@link #get(int, Class)}. */
  public <T> T get(int position, TypeRef<T> type) {
    return require(position, find(position, type.type()));
  }

  private <T> T require(int position, @Nullable T value) {
    if (value == null) {
      throw new SerializationException(
          "Argument "
              + position
              + (position < size() ? " is null" : " is missing: there are " + size())
              + ".",
          null);
    }
    return value;
  }

  /**
   * The argument at a position, by its type; empty when it is null or there are not so many.
   *
   * @throws SerializationException when it does not convert
   */
  public <T> Optional<T> optional(int position, Class<T> type) {
    return Optional.ofNullable(find(position, type));
  }

  /**
   * The argument of a name, by its type; empty when it is null or there is none.
   *
   * @throws SerializationException when it does not convert
   */
  public <T> Optional<T> named(String name, Class<T> type) {
    return Optional.ofNullable(converted(named.get(name), type));
  }

  private <T> @Nullable T find(int position, Type type) {
    return position < size() ? converted(positional.get(position), type) : null;
  }

  @SuppressWarnings("unchecked") // converted to that very type
  private static <T> @Nullable T converted(@Nullable Object value, Type type) {
    return value == null ? null : (T) PortableJson.convert(value, type, "The argument");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Arguments same
        && positional.equals(same.positional)
        && named.equals(same.named);
  }

  @Override
  public int hashCode() {
    return 31 * positional.hashCode() + named.hashCode();
  }

  /** Tells how many there are; their values may be secret. */
  @Override
  public String toString() {
    return "Arguments[" + size() + " by position, named " + named.keySet() + "]";
  }
}
