package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
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
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** The value types that are written as one JSON scalar. */
final class Scalars {

  private static final Map<Class<?>, Form> BY_CLASS = new HashMap<>();
  private static final Map<String, Form> BY_TAG = new HashMap<>();

  static final Form STRING = text(String.class, Function.identity(), Function.identity());
  static final Form BOOLEAN = register(new BooleanForm());
  static final Form INTEGER = register(new IntegralForm<>(Integer.class, JsonNode::intValue));
  static final Form DOUBLE = register(new DoubleForm());

  static {
    register(new IntegralForm<>(Long.class, JsonNode::longValue));
    register(new IntegralForm<>(Short.class, JsonNode::shortValue));
    register(new IntegralForm<>(Byte.class, node -> (byte) node.intValue()));
    text(Float.class, Float::valueOf);
    text(Character.class, text -> text.charAt(0));
    text(BigDecimal.class, BigDecimal::new);
    text(BigInteger.class, BigInteger::new);
    text(UUID.class, UUID::fromString);
    text(URI.class, URI::create);
    text(URL.class, Scalars::url);
    text(Locale.class, Locale::toLanguageTag, Locale::forLanguageTag);
    text(Currency.class, Currency::getCurrencyCode, Currency::getInstance);
    text(Instant.class, Instant::parse);
    text(LocalDate.class, LocalDate::parse);
    text(LocalTime.class, LocalTime::parse);
    text(LocalDateTime.class, LocalDateTime::parse);
    text(OffsetTime.class, OffsetTime::parse);
    text(OffsetDateTime.class, OffsetDateTime::parse);
    text(ZonedDateTime.class, ZonedDateTime::parse);
    text(ZoneId.class, ZoneId::getId, ZoneId::of);
    text(ZoneOffset.class, ZoneOffset::getId, ZoneOffset::of);
    text(Year.class, year -> Integer.toString(year.getValue()), Scalars::year);
    text(YearMonth.class, YearMonth::parse);
    text(MonthDay.class, MonthDay::parse);
    text(Duration.class, Duration::parse);
    text(Period.class, Period::parse);
    text(Date.class, date -> date.toInstant().toString(), text -> Date.from(Instant.parse(text)));
    text(
        Timestamp.class,
        time -> time.toInstant().toString(),
        text -> Timestamp.from(Instant.parse(text)));
    // Dates and times without the other half: their milliseconds are in the zone of the machine.
    text(java.sql.Date.class, java.sql.Date::valueOf);
    text(java.sql.Time.class, Scalars::localTime, Scalars::sqlTime);
    text(
        byte[].class,
        bytes -> Base64.getEncoder().encodeToString(bytes),
        text -> Base64.getDecoder().decode(text));
  }

  private Scalars() {}

  static @Nullable Form of(Class<?> type) {
    Form form = BY_CLASS.get(type);
    return form == null && ZoneId.class.isAssignableFrom(type) ? BY_CLASS.get(ZoneId.class) : form;
  }

  static @Nullable Form byTag(String tag) {
    return BY_TAG.get(tag);
  }

  private static <T> void text(Class<T> type, Function<String, T> parse) {
    text(type, Object::toString, parse);
  }

  private static <T> Form text(
      Class<T> type, Function<T, String> print, Function<String, T> parse) {
    return register(new TextForm<>(type, print, parse));
  }

  private static Form register(Form form) {
    BY_CLASS.put(form.type(), form);
    BY_TAG.put(form.tag(), form);
    return form;
  }

  private static Year year(String text) {
    return Year.of(Integer.parseInt(text));
  }

  private static String localTime(java.sql.Time time) {
    long millis = Math.floorMod(time.getTime(), 1000L);
    return time.toLocalTime().with(ChronoField.MILLI_OF_SECOND, millis).toString();
  }

  private static java.sql.Time sqlTime(String text) {
    LocalTime time = LocalTime.parse(text);
    long seconds = java.sql.Time.valueOf(time).getTime();
    return new java.sql.Time(seconds + time.get(ChronoField.MILLI_OF_SECOND));
  }

  private static URL url(String text) {
    try {
      return URI.create(text).toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static SerializationException wrongShape(Form form, JsonNode node) {
    return new SerializationException(
        "The stored value is not a " + form.tag() + " but JSON of type " + node.getNodeType(),
        null);
  }

  private record TextForm<T>(Class<T> type, Function<T, String> print, Function<String, T> parse)
      implements Form.Scalar {

    @Override
    public String tag() {
      return type.getTypeName();
    }

    @Override
    public Kind kind(Object value) {
      return Kind.STRING;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeString(print.apply(type.cast(value)));
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (!node.isString()) {
        throw wrongShape(this, node);
      }
      return parse.apply(node.stringValue());
    }
  }

  private record IntegralForm<T extends Number>(Class<T> type, Function<JsonNode, T> value)
      implements Form.Scalar {

    @Override
    public String tag() {
      return type.getTypeName();
    }

    @Override
    public Kind kind(Object value) {
      return Kind.INTEGER;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeNumber(type.cast(value).longValue());
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (!node.isIntegralNumber()) {
        throw wrongShape(this, node);
      }
      return value.apply(node);
    }
  }

  private record BooleanForm() implements Form.Scalar {

    @Override
    public String tag() {
      return "java.lang.Boolean";
    }

    @Override
    public Class<?> type() {
      return Boolean.class;
    }

    @Override
    public Kind kind(Object value) {
      return Kind.BOOLEAN;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      output.generator().writeBoolean((Boolean) value);
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (!node.isBoolean()) {
        throw wrongShape(this, node);
      }
      return node.booleanValue();
    }
  }

  /** A number, or a string for those that JSON lacks. */
  private record DoubleForm() implements Form.Scalar {

    @Override
    public String tag() {
      return "java.lang.Double";
    }

    @Override
    public Class<?> type() {
      return Double.class;
    }

    @Override
    public Kind kind(Object value) {
      return Double.isFinite((Double) value) ? Kind.FRACTION : Kind.STRING;
    }

    @Override
    public void write(Object value, JavaType declared, Output output) {
      if (Double.isFinite((Double) value)) {
        output.generator().writeNumber((Double) value);
      } else {
        output.generator().writeString(value.toString());
      }
    }

    @Override
    public Object read(JsonNode node, JavaType declared, Input input) {
      if (node.isString()) {
        return Double.valueOf(node.stringValue());
      }
      if (!node.isNumber()) {
        throw wrongShape(this, node);
      }
      return node.doubleValue();
    }
  }
}
