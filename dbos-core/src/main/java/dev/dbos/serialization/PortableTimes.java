package dev.dbos.serialization;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Points in time as RFC 3339 in UTC. Three digits of a second are what the other implementations
 * write; a value that is finer keeps its digits, since dropping them would change the value that
 * the workflow sees when it is resumed.
 */
final class PortableTimes {

  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private PortableTimes() {}

  static void register(SimpleModule module) {
    module.addSerializer(new AsText<>(Instant.class, PortableTimes::format));
    module.addSerializer(new AsText<>(OffsetDateTime.class, time -> format(time.toInstant())));
    module.addSerializer(new AsText<>(ZonedDateTime.class, time -> format(time.toInstant())));
    module.addSerializer(new AsText<>(Date.class, date -> format(date.toInstant())));
    module.addSerializer(new AsText<>(Timestamp.class, time -> format(time.toInstant())));
    module.addSerializer(new AsText<>(java.sql.Date.class, date -> date.toLocalDate().toString()));
    module.addSerializer(new AsText<>(java.sql.Time.class, time -> time.toLocalTime().toString()));
    module.addDeserializer(
        Timestamp.class,
        new FromText<>(
            Timestamp.class, text -> Timestamp.from(OffsetDateTime.parse(text).toInstant())));
    module.addDeserializer(
        java.sql.Time.class,
        new FromText<>(java.sql.Time.class, text -> java.sql.Time.valueOf(LocalTime.parse(text))));
  }

  static String format(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).equals(instant)
        ? MILLIS.format(instant)
        : instant.toString();
  }

  private static final class AsText<T> extends StdSerializer<T> {
    private final Function<T, String> format;

    AsText(Class<T> type, Function<T, String> format) {
      super(type);
      this.format = format;
    }

    @Override
    public void serialize(T value, JsonGenerator generator, SerializationContext context) {
      generator.writeString(format.apply(value));
    }
  }

  private static final class FromText<T> extends StdDeserializer<T> {
    private final Function<String, T> parse;

    FromText(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) {
      return parse.apply(parser.getValueAsString());
    }
  }
}
