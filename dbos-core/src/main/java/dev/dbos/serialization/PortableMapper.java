package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.util.JsonGeneratorDelegate;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Builds the mapper of {@link PortableJson}. */
final class PortableMapper {

  private PortableMapper() {}

  static JsonMapper create() {
    SimpleModule module = new SimpleModule("dbos-portable");
    PortableTimes.register(module);
    module.setSerializerModifier(new PortableBeans());
    return JsonMapper.builder(
            Limits.factory().addDecorator((factory, generator) -> new Numbers(generator)).build())
        .addModule(module)
        .annotationIntrospector(new SealedTypes())
        // Members in the order they are declared, as other implementations write theirs.
        .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .disable(MapperFeature.REQUIRE_TYPE_ID_FOR_SUBTYPES)
        .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
        .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
        // 1.5 for an int would silently become 1.
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .enable(SerializationFeature.FAIL_ON_SELF_REFERENCES)
        .build();
  }

  /** Numbers every language can hold, wherever they are written from. */
  private static final class Numbers extends JsonGeneratorDelegate {

    private static final long EXACT = 1L << 53;
    private static final BigInteger BIG_EXACT = BigInteger.valueOf(EXACT);

    /** How many zeros stand in for an exponent; a short text with a huge one would fill memory. */
    private static final int MOST_ZEROS = 1_000_000;

    Numbers(JsonGenerator delegate) {
      super(delegate, false);
    }

    @Override
    public JsonGenerator writeNumber(long number) {
      return number > EXACT || number < -EXACT
          ? delegate.writeString(Long.toString(number))
          : delegate.writeNumber(number);
    }

    @Override
    public JsonGenerator writeNumber(BigInteger number) {
      return number.abs().compareTo(BIG_EXACT) > 0
          ? delegate.writeString(number.toString())
          : delegate.writeNumber(number);
    }

    @Override
    public JsonGenerator writeNumber(BigDecimal number) {
      if (Math.abs((long) number.scale()) > MOST_ZEROS + (long) number.precision()) {
        throw new SerializationException(
            "A BigDecimal with a scale of "
                + number.scale()
                + " cannot be stored as JSON"
                + Refusal.at(delegate)
                + ": it would take as many digits; use a string instead",
            null);
      }
      return delegate.writeString(number.toPlainString());
    }

    @Override
    public JsonGenerator writeNumber(double number) {
      if (!Double.isFinite(number)) {
        throw notANumber(Double.toString(number));
      }
      return delegate.writeNumber(number);
    }

    @Override
    public JsonGenerator writeNumber(float number) {
      if (!Float.isFinite(number)) {
        throw notANumber(Float.toString(number));
      }
      return delegate.writeNumber(number);
    }

    @Override
    public JsonGenerator writeArray(long[] array, int offset, int length) {
      writeStartArray(array, length);
      for (int i = offset; i < offset + length; i++) {
        writeNumber(array[i]);
      }
      return writeEndArray();
    }

    @Override
    public JsonGenerator writeArray(double[] array, int offset, int length) {
      writeStartArray(array, length);
      for (int i = offset; i < offset + length; i++) {
        writeNumber(array[i]);
      }
      return writeEndArray();
    }

    private SerializationException notANumber(String number) {
      return new SerializationException(
          number
              + " cannot be stored as JSON"
              + Refusal.at(delegate)
              + ": JSON has no such number; use null, a string or an Optional instead",
          null);
    }
  }
}
