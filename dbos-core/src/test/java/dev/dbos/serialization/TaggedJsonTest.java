package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.serialization.shop.Shop.Account;
import dev.dbos.serialization.shop.Shop.Address;
import dev.dbos.serialization.shop.Shop.Box;
import dev.dbos.serialization.shop.Shop.Card;
import dev.dbos.serialization.shop.Shop.Cash;
import dev.dbos.serialization.shop.Shop.Checkout;
import dev.dbos.serialization.shop.Shop.Customer;
import dev.dbos.serialization.shop.Shop.Letter;
import dev.dbos.serialization.shop.Shop.Line;
import dev.dbos.serialization.shop.Shop.Lines;
import dev.dbos.serialization.shop.Shop.Member;
import dev.dbos.serialization.shop.Shop.Order;
import dev.dbos.serialization.shop.Shop.Parcel;
import dev.dbos.serialization.shop.Shop.Shelf;
import dev.dbos.serialization.shop.Shop.Status;
import dev.dbos.serialization.shop.Shop.Voucher;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.URI;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TaggedJsonTest {

  private static final Instant FINE = Instant.parse("2025-06-15T10:30:00.123456789Z");
  private static final Line TEA = new Line("tea", 2, new BigDecimal("1.10"));

  private final TaggedJson json =
      TaggedJson.trusting(Trust.of(List.of("dev.dbos.serialization.shop"), List.of()));

  static Stream<Object> scalars() {
    return Stream.of(
        "text",
        "",
        "nul \u0000, half \ud83d, other half \ude00, whole 😀",
        true,
        42,
        Integer.MIN_VALUE,
        42L,
        Long.MAX_VALUE,
        (short) 7,
        (byte) -1,
        1.5,
        -0.0,
        1e300,
        Double.MIN_VALUE,
        Double.NaN,
        Double.NEGATIVE_INFINITY,
        1.1f,
        Float.NaN,
        'x',
        '\ud83d',
        new BigDecimal("1.10"),
        new BigDecimal("1E+30"),
        BigInteger.TWO.pow(5000),
        UUID.fromString("6c1f2a3b-0d4e-4f5a-8b6c-7d8e9f0a1b2c"),
        URI.create("https://acme.example/orders?id=1"),
        Locale.forLanguageTag("de-AT"),
        Currency.getInstance("EUR"),
        FINE,
        Instant.MAX,
        LocalDate.of(2025, 6, 15),
        LocalTime.of(10, 30),
        LocalDateTime.of(2025, 6, 15, 10, 30),
        FINE.atOffset(ZoneOffset.ofHours(2)),
        OffsetTime.of(10, 30, 0, 0, ZoneOffset.ofHours(-3)),
        ZonedDateTime.ofInstant(FINE, ZoneId.of("Europe/Paris")),
        ZoneId.of("Europe/Paris"),
        ZoneOffset.ofHours(2),
        ZoneOffset.UTC,
        Year.of(2025),
        YearMonth.of(2025, 6),
        MonthDay.of(6, 15),
        Duration.ofNanos(1_500_000_001),
        Period.of(1, 2, 3),
        Date.from(FINE.truncatedTo(ChronoUnit.MILLIS)),
        Timestamp.from(FINE),
        java.sql.Date.valueOf("2025-06-15"),
        new java.sql.Time(java.sql.Time.valueOf("10:30:00").getTime() + 7),
        Status.OPEN,
        Status.SHIPPED,
        RoundingMode.HALF_UP,
        Optional.of("x"),
        Optional.of(7L),
        Optional.of(Optional.empty()),
        Optional.empty(),
        OptionalInt.of(3),
        OptionalLong.empty(),
        OptionalDouble.of(2.5));
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void valueTypesReadBackEqualAndOfTheSameClass(Object value) {
    Object copy = copy(value);

    assertThat(copy).isEqualTo(value).hasSameClassAs(value);
  }

  static Stream<Object> containers() {
    Map<Object, Object> mixedKeys = new LinkedHashMap<>();
    mixedKeys.put(1, "one");
    mixedKeys.put(2L, List.of());
    mixedKeys.put(null, null);
    mixedKeys.put(LocalDate.EPOCH, FINE);
    return Stream.of(
        new ArrayList<>(Arrays.asList("a", 1, 2L, null, new ArrayList<>(List.of(true)))),
        new CopyOnWriteArrayList<>(List.of(1)),
        new HashSet<>(Set.of("a", "b", "c")),
        new LinkedHashSet<>(List.of(3L, 1L, 2L)),
        new TreeSet<>(Set.of("b", "a")),
        new HashMap<>(Map.of("a", 1L)),
        new LinkedHashMap<>(Map.of("a", 1)),
        mixedKeys,
        new LinkedHashMap<>(Map.of("@type", "java.lang.Runtime", "@value", "x")),
        new TreeMap<>(Map.of("b", 1, "a", 2)),
        new ConcurrentHashMap<>(Map.of(1, 2)),
        EnumSet.of(Status.OPEN),
        EnumSet.noneOf(Status.class),
        EnumSet.allOf(Status.class),
        new EnumMap<>(Map.of(Status.SHIPPED, List.of(TEA))),
        Arrays.asList("fixed", null),
        new Lines());
  }

  @ParameterizedTest
  @MethodSource("containers")
  void containersReadBackEqualAndOfTheSameClass(Object value) {
    assertThat(copy(value)).isEqualTo(value).hasSameClassAs(value);
  }

  static Stream<Object> unmodifiables() {
    return Stream.of(
        List.of(),
        List.of(1L, "a"),
        Stream.of("a", "b").toList(),
        Stream.of("a", null).toList(),
        Collections.unmodifiableList(new ArrayList<>(List.of(1))),
        Set.of("a", "b", "c"),
        Collections.unmodifiableSet(new LinkedHashSet<>(List.of(3, 1, 2))),
        Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(2, 1))),
        Map.of("a", 1L),
        Map.of(1, TEA),
        Map.of(),
        Collections.unmodifiableMap(new LinkedHashMap<>(Map.of("k", Optional.empty()))),
        Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("k", 1))),
        new LinkedHashMap<>(Map.of("a", 1)).keySet(),
        new LinkedHashMap<>(Map.of("a", 1)).entrySet(),
        Collections.singletonList(null),
        Map.entry("k", 1L));
  }

  @ParameterizedTest
  @MethodSource("unmodifiables")
  void unmodifiableCollectionsStayUnmodifiable(Object value) {
    Object copy = copy(value);

    assertThat(copy).isEqualTo(value);
    assertThatThrownBy(() -> modify(copy)).isInstanceOf(UnsupportedOperationException.class);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // any element will do
  private static void modify(@Nullable Object container) {
    if (container instanceof java.util.Collection collection) {
      collection.add("x");
    } else if (container instanceof Map.Entry entry) {
      entry.setValue("x");
    } else if (container instanceof Map map) {
      map.put("x", "y");
    }
  }

  @Test
  void theOrderOfElementsSurvives() {
    Set<Integer> numbers = new LinkedHashSet<>(IntStream.range(0, 100).boxed().toList().reversed());

    assertThat(List.copyOf((Set<?>) copyOf(Collections.unmodifiableSet(numbers))))
        .isEqualTo(List.copyOf(numbers));
  }

  static Stream<Object> arrays() {
    return Stream.of(
        new byte[] {1, 2, 3},
        new int[] {1, 2},
        new int[][] {{1}, {}},
        new long[] {Long.MAX_VALUE},
        new double[] {1.5, Double.NaN},
        new boolean[] {true},
        new char[] {'a'},
        new String[] {"a", null},
        new Object[] {"a", 1L, null, FINE, new int[] {1}},
        new Line[] {TEA},
        new Status[] {Status.SHIPPED},
        new List<?>[] {List.of(1)},
        new Number[] {1, 2L});
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void arraysReadBackWithTheirElementType(Object array) {
    Object copy = copy(array);

    assertThat(copy).hasSameClassAs(array);
    assertThat(Objects.deepEquals(copy, array)).isTrue();
  }

  static Stream<Object> userValues() {
    Lines lines = new Lines();
    lines.add(TEA);
    return Stream.of(
        TEA,
        new Order(
            Long.MAX_VALUE,
            Status.SHIPPED,
            List.of(TEA),
            new HashMap<>(Map.of("a", Set.of(1))),
            Optional.of("fragile"),
            FINE,
            new Box<>(7L)),
        new Box<>("text"),
        new Box<>(Double.NaN),
        new Box<>(new Box<>(List.of(TEA))),
        new Checkout(new Card("4111", 5), List.of(new Cash(1), new Voucher("XMAS"))),
        new Box<>(new Parcel(500)),
        new Letter("blue"),
        new Customer("Ada", List.of("vip")),
        new Account(new Customer("Ada", List.of())),
        new Account(new Member("Grace", List.of("gold"))),
        lines);
  }

  @ParameterizedTest
  @MethodSource("userValues")
  void recordsAndBeansReadBackEqual(Object value) {
    assertThat(copy(value)).isEqualTo(value).hasSameClassAs(value);
    assertThat(copy(List.of(value, value))).isEqualTo(List.of(value, value));
  }

  @Test
  void beansWithGettersAndSettersReadBackByTheirFields() {
    Address address = new Address();
    address.setStreet("Main");
    address.setFloor(3L);

    Address copy = (Address) copyOf(address);

    assertThat(copy.getStreet()).isEqualTo("Main");
    assertThat(copy.getFloor()).isEqualTo(3L);
  }

  @Test
  void arraysAndPrimitivesInsideRecordsSurvive() {
    Shelf shelf = new Shelf(new Box<>(TEA), 2.5, 'q', 1.1f, new int[] {1, 2});

    assertThat(copy(shelf)).usingRecursiveComparison().isEqualTo(shelf);
  }

  @Test
  void plainJsonStaysPlain() {
    assertThat(json.serialize(null)).isEqualTo("null");
    assertThat(json.serialize("a")).isEqualTo("\"a\"");
    assertThat(json.serialize(42)).isEqualTo("42");
    assertThat(json.serialize(1.0)).isEqualTo("1.0");
    assertThat(json.serialize(new ArrayList<>(List.of(1, "a")))).isEqualTo("[1,\"a\"]");
    assertThat(json.serialize(new LinkedHashMap<>(Map.of("k", 1)))).isEqualTo("{\"k\":1}");
  }

  @Test
  void everythingElseIsTagged() {
    assertThat(json.serialize(7L)).isEqualTo("{\"@type\":\"java.lang.Long\",\"@value\":7}");
    assertThat(json.serialize(Instant.EPOCH))
        .isEqualTo("{\"@type\":\"java.time.Instant\",\"@value\":\"1970-01-01T00:00:00Z\"}");
    assertThat(json.serialize(List.of(1)))
        .isEqualTo("{\"@type\":\"java.util.List\",\"@value\":[1]}");
    assertThat(json.serialize(new byte[] {1, 2, 3}))
        .isEqualTo("{\"@type\":\"byte[]\",\"@value\":\"AQID\"}");
  }

  @Test
  void declaredTypesInsideARecordSaveTags() {
    assertThat(
            json.serialize(
                new Order(
                    7,
                    Status.OPEN,
                    new ArrayList<>(List.of(TEA)),
                    new LinkedHashMap<>(),
                    Optional.of("fragile"),
                    Instant.EPOCH,
                    7L)))
        .isEqualTo(
            "{\"@type\":\"dev.dbos.serialization.shop.Shop$Order\",\"@value\":{\"id\":7,"
                + "\"status\":\"OPEN\",\"lines\":[{\"sku\":\"tea\",\"quantity\":2,\"price\":\"1.10\"}],"
                + "\"shelves\":{},\"note\":[\"fragile\"],\"placed\":\"1970-01-01T00:00:00Z\","
                + "\"extra\":{\"@type\":\"java.lang.Long\",\"@value\":7}}}");
  }

  @Test
  void aClassGivenToTrustIsStoredUnderItsLogicalName() {
    TaggedJson named =
        TaggedJson.trusting(Trust.of(List.of(), List.of(Voucher.class, Parcel.class)));
    String text = named.serialize(new Voucher("XMAS"));

    assertThat(text).isEqualTo("{\"@type\":\"gift-voucher\",\"@value\":{\"code\":\"XMAS\"}}");
    assertThat(named.deserialize(text)).isEqualTo(new Voucher("XMAS"));
    assertThat(named.serialize(new Parcel(5)))
        .isEqualTo("{\"@type\":\"parcel\",\"@value\":{\"grams\":5}}");
    assertThat(json.serialize(new Voucher("XMAS")))
        .startsWith("{\"@type\":\"dev.dbos.serialization.shop.Shop$Voucher\"");
  }

  @Test
  void aComponentAddedLaterReadsAsItsDefault() {
    Object order =
        json.deserialize(
            "{\"@type\":\"dev.dbos.serialization.shop.Shop$Order\",\"@value\":{\"gone\":1}}");

    assertThat(order)
        .isInstanceOfSatisfying(
            Order.class,
            read -> {
              assertThat(read.id()).isZero();
              assertThat(read.status()).isNull();
              assertThat(read.note()).isEmpty();
            });
  }

  @Test
  void thePlacesOfTypeAndValueDoNotMatter() {
    assertThat(json.deserialize("{ \"@value\" : 7, \"@type\" : \"java.lang.Long\" }"))
        .isEqualTo(7L);
  }

  @Test
  void veryLongTextsAndNamesSurvive() {
    Object value = new LinkedHashMap<>(Map.of("k".repeat(100_000), "v".repeat(30_000_000)));

    assertThat(copyOf(value).equals(value)).isTrue();
  }

  @Test
  void manyThreadsMayShareOne() {
    Object order = new Checkout(new Card("4111", 5), List.of(new Cash(1)));

    assertThat(IntStream.range(0, 2_000).parallel().mapToObj(i -> copy(order)).distinct().toList())
        .isEqualTo(List.of(order));
  }

  @Test
  void offsetsAreKept() {
    OffsetDateTime time = OffsetDateTime.parse("2025-06-15T10:30:00+02:00");

    assertThat(((OffsetDateTime) copyOf(time)).getOffset()).isEqualTo(ZoneOffset.ofHours(2));
  }

  private @Nullable Object copy(@Nullable Object value) {
    return json.deserialize(json.serialize(value));
  }

  private Object copyOf(Object value) {
    Object copy = copy(value);
    assertThat(copy).isNotNull();
    return Objects.requireNonNull(copy);
  }

  @Test
  void queuesReadBackAsQueues() {
    Object copy = copyOf(new ArrayDeque<>(List.of("a", "b")));

    assertThat(copy).isInstanceOf(ArrayDeque.class);
    assertThat(List.copyOf((ArrayDeque<?>) copy)).isEqualTo(List.of("a", "b"));
  }
}
