package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SerializationException;
import dev.dbos.serialization.shop.Shop.Box;
import dev.dbos.serialization.shop.Shop.Card;
import dev.dbos.serialization.shop.Shop.Cash;
import dev.dbos.serialization.shop.Shop.Checkout;
import dev.dbos.serialization.shop.Shop.Feedback;
import dev.dbos.serialization.shop.Shop.Letter;
import dev.dbos.serialization.shop.Shop.Line;
import dev.dbos.serialization.shop.Shop.Order;
import dev.dbos.serialization.shop.Shop.Parcel;
import dev.dbos.serialization.shop.Shop.Payment;
import dev.dbos.serialization.shop.Shop.Review;
import dev.dbos.serialization.shop.Shop.Shipment;
import dev.dbos.serialization.shop.Shop.Stars;
import dev.dbos.serialization.shop.Shop.Status;
import dev.dbos.serialization.shop.Shop.Voucher;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortableJsonTest {

  private static final Instant HALF_PAST_TEN = Instant.parse("2025-06-15T10:30:00Z");

  private final PortableJson json = new PortableJson();

  @Test
  void argumentsMatchWhatOtherLanguagesWrite() {
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("key1", "value1");
    meta.put("key2", 99);
    meta.put("nested", Map.of("deep", true));
    List<@Nullable Object> arguments = new ArrayList<>();
    arguments.add("hello-interop");
    arguments.add(42);
    arguments.add(HALF_PAST_TEN);
    arguments.add(List.of("alpha", "beta", "gamma"));
    arguments.add(meta);
    arguments.add(true);
    arguments.add(null);

    assertThat(json.encodeArguments(arguments))
        .isEqualTo(
            "{\"positionalArgs\":[\"hello-interop\",42,\"2025-06-15T10:30:00.000Z\","
                + "[\"alpha\",\"beta\",\"gamma\"],"
                + "{\"key1\":\"value1\",\"key2\":99,\"nested\":{\"deep\":true}},true,null],"
                + "\"namedArgs\":{}}");
  }

  @Test
  void anOutputKeepsTheOrderOfItsMembers() {
    record Received(String sender, List<Integer> payload) {}
    record Output(
        String echoText,
        int echoNum,
        Instant echoDt,
        List<String> metaKeys,
        @Nullable String empty,
        Received received) {}
    Output output =
        new Output(
            "hello-interop",
            42,
            HALF_PAST_TEN,
            List.of("key1", "key2"),
            null,
            new Received("test", List.of(1, 2, 3)));

    assertThat(json.encodeValue(output))
        .isEqualTo(
            "{\"echoText\":\"hello-interop\",\"echoNum\":42,"
                + "\"echoDt\":\"2025-06-15T10:30:00.000Z\",\"metaKeys\":[\"key1\",\"key2\"],"
                + "\"empty\":null,\"received\":{\"sender\":\"test\",\"payload\":[1,2,3]}}");
  }

  static Stream<Arguments> portableForms() {
    return Stream.of(
        form(null, "null"),
        form("naïve ☕ 😀", "\"naïve ☕ 😀\""),
        form(42, "42"),
        form(9007199254740992L, "9007199254740992"),
        form(9007199254740993L, "\"9007199254740993\""),
        form(-9007199254740993L, "\"-9007199254740993\""),
        form(BigInteger.TWO.pow(70), "\"1180591620717411303424\""),
        form(BigInteger.TEN, "10"),
        form(1.0, "1.0"),
        form(new BigDecimal("1.10"), "\"1.10\""),
        form(new BigDecimal("1E+3"), "\"1000\""),
        form(HALF_PAST_TEN, "\"2025-06-15T10:30:00.000Z\""),
        form(HALF_PAST_TEN.plusMillis(7), "\"2025-06-15T10:30:00.007Z\""),
        form(HALF_PAST_TEN.plusNanos(7_000), "\"2025-06-15T10:30:00.000007Z\""),
        form(HALF_PAST_TEN.atOffset(ZoneOffset.ofHours(2)), "\"2025-06-15T10:30:00.000Z\""),
        form(HALF_PAST_TEN.atZone(ZoneId.of("Europe/Paris")), "\"2025-06-15T10:30:00.000Z\""),
        form(Date.from(HALF_PAST_TEN), "\"2025-06-15T10:30:00.000Z\""),
        form(LocalDate.of(2025, 6, 15), "\"2025-06-15\""),
        form(Duration.ofMillis(1500), "\"PT1.5S\""),
        form(new byte[] {1, 2, 3}, "\"AQID\""),
        form(new LinkedHashSet<>(List.of(3, 1, 2)), "[3,1,2]"),
        form(new long[] {1, 9007199254740993L}, "[1,\"9007199254740993\"]"),
        form(OptionalLong.of(9007199254740993L), "\"9007199254740993\""),
        form(Optional.of("x"), "\"x\""),
        form(Optional.empty(), "null"),
        form(Status.SHIPPED, "\"SHIPPED\""),
        form("nul\u0000", "\"nul\\u0000\""),
        form("half \ud83d", "\"half \\ud83d\""));
  }

  private static Arguments form(@Nullable Object value, String text) {
    return Arguments.of(value, text);
  }

  @ParameterizedTest
  @MethodSource("portableForms")
  void valuesAreWrittenInTheFormThatEveryLanguageReads(@Nullable Object value, String text) {
    assertThat(json.encodeValue(value)).isEqualTo(text);
  }

  static Stream<Arguments> typedValues() {
    Instant fine = HALF_PAST_TEN.plusNanos(123_456_789);
    Order order =
        new Order(
            Long.MAX_VALUE,
            Status.SHIPPED,
            List.of(new Line("tea", 2, new BigDecimal("1.10"))),
            Map.of("a", Set.of(1)),
            Optional.of("fragile"),
            fine,
            null);
    return Stream.of(
        typed("text", String.class),
        typed("half \ud83d", String.class),
        typed(true, boolean.class),
        typed(42, Integer.class),
        typed(Long.MIN_VALUE, long.class),
        typed('x', char.class),
        typed(1.5f, float.class),
        typed(-0.0, Double.class),
        typed(new BigDecimal("1.10"), BigDecimal.class),
        typed(new BigDecimal("12345678901234567890.123456789"), BigDecimal.class),
        typed(BigInteger.TWO.pow(70), BigInteger.class),
        typed(UUID.fromString("6c1f2a3b-0d4e-4f5a-8b6c-7d8e9f0a1b2c"), UUID.class),
        typed(HALF_PAST_TEN, Instant.class),
        typed(fine, Instant.class),
        typed(fine.atOffset(ZoneOffset.UTC), OffsetDateTime.class),
        typed(fine.atZone(ZoneOffset.UTC), ZonedDateTime.class),
        typed(Date.from(HALF_PAST_TEN), Date.class),
        typed(Timestamp.from(fine), Timestamp.class),
        typed(java.sql.Date.valueOf("2025-06-15"), java.sql.Date.class),
        typed(java.sql.Time.valueOf("10:30:00"), java.sql.Time.class),
        typed(LocalDate.of(2025, 6, 15), LocalDate.class),
        typed(LocalTime.of(10, 30), LocalTime.class),
        typed(LocalDateTime.of(2025, 6, 15, 10, 30), LocalDateTime.class),
        typed(YearMonth.of(2025, 6), YearMonth.class),
        typed(Duration.ofMillis(1500), Duration.class),
        typed(Period.ofDays(3), Period.class),
        typed(ZoneId.of("Europe/Paris"), ZoneId.class),
        typed(Status.SHIPPED, Status.class),
        typed(Optional.of(HALF_PAST_TEN), new TypeRef<Optional<Instant>>() {}.type()),
        typed(Optional.empty(), new TypeRef<Optional<Instant>>() {}.type()),
        typed(order, Order.class),
        typed(List.of(Map.of("first", order)), new TypeRef<List<Map<String, Order>>>() {}.type()),
        typed(new Box<>(order), new TypeRef<Box<Order>>() {}.type()),
        typed(Map.of(Status.OPEN, 1), new TypeRef<Map<Status, Integer>>() {}.type()),
        typed(Map.of(LocalDate.EPOCH, 1L), new TypeRef<Map<LocalDate, Long>>() {}.type()),
        typed(Set.of(1, 2), new TypeRef<Set<Integer>>() {}.type()));
  }

  private static Arguments typed(Object value, Type type) {
    return Arguments.of(value, type);
  }

  @ParameterizedTest
  @MethodSource("typedValues")
  void valuesReadBackAsTheirDeclaredType(Object value, Type type) {
    assertThat(json.decodeValue(json.encodeValue(value), type)).isEqualTo(value);
    assertThat(json.decodeArgument(json.encodeArguments(List.of(value)), type)).isEqualTo(value);
  }

  @Test
  void arraysReadBackWithTheirElements() {
    assertThat(json.decodeValue(json.encodeValue(new byte[] {1, 2}), byte[].class))
        .isEqualTo(new byte[] {1, 2});
    assertThat(json.decodeValue(json.encodeValue(new long[] {Long.MAX_VALUE}), long[].class))
        .isEqualTo(new long[] {Long.MAX_VALUE});
  }

  @Test
  void membersOfASealedHierarchyCarryTheirNames() {
    List<Payment> payments = List.of(new Card("4111", 5), new Cash(3), new Voucher("XMAS"));
    String text = json.encodeValue(payments);

    assertThat(text)
        .isEqualTo(
            "[{\"@type\":\"Card\",\"number\":\"4111\",\"cents\":5},"
                + "{\"@type\":\"Cash\",\"cents\":3},"
                + "{\"@type\":\"gift-voucher\",\"code\":\"XMAS\"}]");
    assertThat(json.decodeValue(text, new TypeRef<List<Payment>>() {}.type())).isEqualTo(payments);

    Checkout checkout = new Checkout(new Cash(1), payments);
    assertThat(json.decodeValue(json.encodeValue(checkout), Checkout.class)).isEqualTo(checkout);
  }

  @Test
  void aMemberOfASealedHierarchyThatIsDeclaredItselfNeedsNoName() {
    assertThat(json.decodeValue("{\"cents\":3}", Cash.class)).isEqualTo(new Cash(3));
  }

  @Test
  void enumsMayBeMembersOfASealedHierarchy() {
    Feedback feedback =
        new Feedback(Stars.FIVE, Stars.ONE, List.of(new Review("fine"), Stars.FIVE));

    assertThat(json.decodeValue(json.encodeValue(feedback), Feedback.class)).isEqualTo(feedback);
    assertThat(json.decodeValue(json.encodeValue(Stars.FIVE), Stars.class)).isEqualTo(Stars.FIVE);
  }

  @Test
  void annotatedHierarchiesKeepTheirOwnForm() {
    String text = json.encodeValue(List.<Shipment>of(new Parcel(500), new Letter("blue")));

    assertThat(text)
        .isEqualTo(
            "[{\"kind\":\"parcel\",\"grams\":500},{\"kind\":\"letter\",\"stamp\":\"blue\"}]");
    assertThat(json.decodeValue(text, new TypeRef<List<Shipment>>() {}.type()))
        .isEqualTo(List.of(new Parcel(500), new Letter("blue")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"@type\":\"Gadget\",\"command\":\"rm\"}",
        "{\"@type\":\"dev.dbos.serialization.rogue.Gadget\",\"command\":\"rm\"}",
        "{\"@type\":\"java.lang.Runtime\"}",
        "{\"command\":\"rm\"}",
        "[\"java.lang.Runtime\",{}]"
      })
  void onlyPermittedSubclassesCanBeNamed(String text) {
    assertThatThrownBy(() -> json.decodeValue(text, Payment.class))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("does not convert to " + Payment.class.getName());
    assertThat(System.getProperty("dev.dbos.serialization.rogue.loaded")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"positionalArgs\":[\"a\"],\"namedArgs\":{}}",
        "{\"namedArgs\":{\"k\":1},\"positionalArgs\":[\"a\"]}",
        "{\"positionalArgs\" : [\"a\"], \"namedArgs\" : {}}",
        "{\"positionalArgs\":[\"a\"],\"namedArgs\":null}",
        "{\"positionalArgs\":[\"a\"]}"
      })
  void everyKnownEnvelopeIsUnderstood(String text) {
    assertThat(json.decodeArgument(text, String.class)).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"positionalArgs\":null}",
        "{\"namedArgs\":{}}",
        "{\"positionalArgs\":[]}",
        "{\"positionalArgs\":[null]}"
      })
  void aMissingArgumentIsNull(String text) {
    assertThat(json.decodeArgument(text, String.class)).isNull();
    assertThat(json.decodeArgument(text, Void.class)).isNull();
    assertThat(json.decodeArgument(text, void.class)).isNull();
  }

  @Test
  void anArgumentThatDoesNotFitNamesTheDeclaredType() {
    assertThatThrownBy(
            () ->
                json.decodeArgument(
                    "{\"positionalArgs\":[1,2]}", new TypeRef<List<Line>>() {}.type()))
        .isInstanceOf(SerializationException.class)
        .hasMessage(
            "The workflow's arguments do not fit its declared input"
                + " java.util.List<dev.dbos.serialization.shop.Shop$Line>:"
                + " expected at most 1 argument(s) but got 2");
    assertThatThrownBy(() -> json.decodeArgument("{\"positionalArgs\":[7]}", Void.class))
        .hasMessageContaining("expected at most 0 argument(s) but got 1");
    assertThatThrownBy(() -> json.decodeArgument("{\"positionalArgs\":[\"x\"]}", int.class))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("The workflow's argument does not convert to int: ");
    assertThatThrownBy(() -> json.decodeArgument("[\"a\"]", String.class))
        .hasMessageContaining("expected an object with positionalArgs and namedArgs");
    assertThatThrownBy(() -> json.decodeArgument("{\"positionalArgs\":{}}", String.class))
        .hasMessageContaining("positionalArgs is not an array");
    assertThatThrownBy(
            () ->
                json.decodeArgument(
                    "{\"positionalArgs\":[],\"namedArgs\":{\"name\":\"test\"}}", String.class))
        .hasMessageContaining("it got named arguments only");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":1", "hello", "1 2", "NaN"})
  void textThatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> json.decodeValue(text, Double.class))
        .isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> json.decodeArgument(text, Double.class))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void aFractionIsNeverCutToAnInteger() {
    assertThatThrownBy(() -> json.decodeValue("1.5", Integer.class))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("does not convert to java.lang.Integer");
  }

  @Test
  void deeplyNestedTextIsRefusedWithoutExhaustingTheStack() {
    String hostile = "[".repeat(100_000) + "]".repeat(100_000);

    assertThatThrownBy(() -> json.decodeValue(hostile, Object.class))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void sqlNullAndVoidReadAsNull() {
    assertThat(json.decodeValue(null, String.class)).isNull();
    assertThat(json.decodeValue("null", String.class)).isNull();
    assertThat(json.decodeValue("{\"any\":\"thing\"}", Void.class)).isNull();
  }

  @Test
  void numbersThatJsonLacksAreRefused() {
    for (Object value :
        List.of(
            Double.NaN,
            Float.POSITIVE_INFINITY,
            List.of(1.0, Double.NEGATIVE_INFINITY),
            new double[] {Double.NaN},
            new Box<>(Double.NaN))) {
      assertThatThrownBy(() -> json.encodeValue(value))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("JSON has no such number");
    }
  }

  @Test
  void objectsThatAreNoDataAreRefused() {
    Supplier<String> lambda = () -> "tea";
    assertThatThrownBy(() -> json.encodeValue(lambda))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("it is a lambda or proxy");
    assertThatThrownBy(() -> json.encodeValue(new ByteArrayInputStream(new byte[0])))
        .hasMessageContaining(
            "java.io.ByteArrayInputStream cannot be stored: it is an open resource");
    assertThatThrownBy(() -> json.encodeArguments(List.of(new IllegalStateException("no"))))
        .hasMessageContaining("it is an exception");
    List<Object> self = new ArrayList<>();
    self.add(Arrays.asList(1, self));
    assertThatThrownBy(() -> json.encodeValue(self)).isInstanceOf(SerializationException.class);
  }
}
