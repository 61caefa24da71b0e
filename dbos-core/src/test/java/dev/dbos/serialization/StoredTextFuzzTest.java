package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.dbos.error.SerializationException;
import dev.dbos.serialization.shop.Shop;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whatever somebody wrote into the tables is a value or refused; reading it loads no class that is
 * not trusted and fails in no other way.
 */
class StoredTextFuzzTest {
  private static final Trust TRUST = Trust.of(List.of("dev.dbos.serialization.shop"), List.of());
  private static final TaggedJson TAGGED = TaggedJson.trusting(TRUST, PayloadLimit.DEFAULT);
  private static final PortableJson PORTABLE = new PortableJson(PayloadLimit.DEFAULT);
  private static final ErrorCodec ERRORS = new ErrorCodec(TRUST, PayloadLimit.DEFAULT);
  private static final List<Type> DECLARED =
      List.of(
          Object.class,
          String.class,
          Long.class,
          double.class,
          BigDecimal.class,
          BigInteger.class,
          Instant.class,
          Duration.class,
          byte[].class,
          Shop.Order.class,
          new TypeRef<Map<String, Object>>() {}.type(),
          new TypeRef<Set<List<Integer>>>() {}.type(),
          new TypeRef<Map<Shop.Status, Shop.Order>>() {}.type());

  /** Finds what the rest of the library finds, and fails for what must not be looked for. */
  private static final class Guard extends ClassLoader {
    Guard() {
      super(StoredTextFuzzTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!TRUST.trusts(name) && !name.startsWith("tools.jackson.")) {
        throw new AssertionError("The text had class " + name + " loaded");
      }
      return super.loadClass(name, resolve);
    }
  }

  private static <T extends @Nullable Object> T guarded(Supplier<T> reading) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new Guard());
    try {
      return reading.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @FuzzTest(maxDuration = "10m")
  void aStepsOutputIsAValueOrRefused(byte[] bytes) {
    try {
      Object value = guarded(() -> TAGGED.deserialize(text(bytes)));
      String again = TAGGED.serialize(value);
      assertThat(TAGGED.serialize(TAGGED.deserialize(again))).isNotNull();
    } catch (SerializationException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @FuzzTest(maxDuration = "10m")
  void anInputIsAValueOfItsTypeOrRefused(byte[] bytes) {
    String text = text(bytes);
    for (Type type : DECLARED) {
      try {
        Object value = guarded(() -> PORTABLE.decodeValue(text, type));
        PORTABLE.encodeValue(value);
      } catch (SerializationException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
      try {
        guarded(() -> PORTABLE.decodeArgument(text, type));
      } catch (SerializationException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  @FuzzTest(maxDuration = "10m")
  void anErrorIsAlwaysSomeException(byte[] bytes) {
    Throwable error = guarded(() -> ERRORS.decode(text(bytes)));
    assertThat(ERRORS.decode(ERRORS.encode(error))).isNotNull();
    assertThat(ERRORS.settle(error)).isNotNull();
  }
}
