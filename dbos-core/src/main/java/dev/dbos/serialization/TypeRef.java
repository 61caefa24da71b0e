package dev.dbos.serialization;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A generic type as a value, which a {@code Class} cannot be: {@code new TypeRef<List<Order>>()
 * {}}.
 *
 * <p>Two are equal when their types are.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {

  private final Type type;

  /** Captures the type argument of the (usually anonymous) subclass. */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parent)
        || parent.getRawType() != TypeRef.class) {
      throw new IllegalStateException(
          "A TypeRef is made with its type: new TypeRef<List<String>>() {}");
    }
    this.type = parent.getActualTypeArguments()[0];
  }

  /** The type between the angle brackets. */
  public final Type type() {
    return type;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof TypeRef<?> that && type.equals(that.type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
