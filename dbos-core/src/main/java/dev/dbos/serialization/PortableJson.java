package dev.dbos.serialization;

import static java.util.Objects.requireNonNull;

import dev.dbos.error.SerializationException;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plain JSON that an implementation in any language can read and write: the inputs and outputs of
 * workflows, converted back by their declared types.
 *
 * <table>
 * <caption>How values are written</caption>
 * <tr><td>integers</td><td>numbers; strings beyond &plusmn;2<sup>53</sup></td></tr>
 * <tr><td>float, double</td><td>numbers; NaN and the infinities are refused</td></tr>
 * <tr><td>BigDecimal</td><td>a string without exponent: {@code "1.10"}</td></tr>
 * <tr><td>Instant, OffsetDateTime, ZonedDateTime, Date</td><td>RFC 3339 in UTC with milliseconds,
 *     {@code "2025-06-15T10:30:00.000Z"}; with six or nine digits only where the value needs
 *     them</td></tr>
 * <tr><td>LocalDate, LocalDateTime, Duration, Period, UUID ...</td><td>their ISO 8601 or canonical
 *     text</td></tr>
 * <tr><td>byte[]</td><td>Base64</td></tr>
 * <tr><td>lists, sets, arrays</td><td>arrays</td></tr>
 * <tr><td>maps, records, beans</td><td>objects, in insertion or declaration order</td></tr>
 * <tr><td>members of a sealed hierarchy</td><td>objects with {@code "@type"}: the simple class name,
 *     or the {@link LogicalName} or {@code @JsonTypeName}; Jackson's own annotations take
 *     precedence</td></tr>
 * </table>
 *
 * <p>The declared types decide what is made on the way back; the text never names a class. Jackson
 * annotations on user classes are honoured. Instances are immutable and safe for use by many
 * threads.
 */
public final class PortableJson {

  /** The name of the format, as stored beside every text written in it. */
  public static final String PORTABLE_JSON = "portable_json";

  private static final JsonMapper MAPPER = PortableMapper.create();

  private final PayloadLimit limit;

  /** Creates one that writes at most {@link PayloadLimit#MOST}. */
  public PortableJson() {
    this(PayloadLimit.MOST);
  }

  /** Creates one that writes at most so much; what it reads may take more. */
  public PortableJson(PayloadLimit limit) {
    this.limit = limit;
  }

  /** The name of the format: {@value #PORTABLE_JSON}. */
  public String name() {
    return PORTABLE_JSON;
  }

  /**
   * Writes the arguments of a workflow: {@code {"positionalArgs":[...],"namedArgs":{}}}. One that
   * is {@link Positional} stands for several.
   *
   * @throws SerializationException if an argument has no portable form, or all take too much
   */
  public String encodeArguments(List<?> positional) {
    return encode(Arguments.of(spread(positional)));
  }

  /**
   * Writes the input of a workflow as its arguments: none for {@code Void}, those of {@link
   * Arguments}, otherwise the one.
   *
   * @param type the declared type
   * @throws SerializationException if an argument has no portable form
   */
  public String encodeInput(@Nullable Object input, Type type) {
    if (type == Arguments.class) {
      return encode(input == null ? Arguments.none() : (Arguments) input);
    }
    return encodeArguments(isVoid(type) ? List.of() : Collections.singletonList(input));
  }

  private String encode(Arguments arguments) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("positionalArgs", arguments.positional());
    envelope.put("namedArgs", arguments.named());
    return write(envelope, "The workflow's arguments cannot be stored as JSON");
  }

  /**
   * Reads the argument of a workflow that takes at most one, or all, or {@link Positional} ones.
   * Either key may be missing or null, in any order.
   *
   * @param type the declared type; {@code Void} or {@code void} for a workflow without an argument,
   *     {@link Arguments} for one that takes any
   * @return the argument; null when there is none
   * @throws SerializationException if the text is not such an envelope, holds more than one
   *     argument, or the argument does not convert to {@code type}
   */
  public @Nullable Object decodeArgument(String text, Type type) {
    JsonNode envelope = read(text, "The workflow's arguments");
    if (!envelope.isObject()) {
      throw malformed(type, "expected an object with positionalArgs and namedArgs");
    }
    JsonNode positional = envelope.path("positionalArgs");
    if (!isMissing(positional) && !positional.isArray()) {
      throw malformed(type, "positionalArgs is not an array");
    }
    JsonNode named = envelope.path("namedArgs");
    if (PositionalRecord.areMeant(type)) {
      return convert(gathered(positional, named, type), type, "The workflow's arguments");
    }
    if (type == Arguments.class) {
      return all(positional, named);
    }
    if (positional.isEmpty() && !named.isEmpty() && !isVoid(type)) {
      throw malformed(type, "it got named arguments only, but takes one positional argument");
    }
    int allowed = isVoid(type) && !isMissing(positional.path(0)) ? 0 : 1;
    if (positional.size() > allowed) {
      throw malformed(
          type, "expected at most " + allowed + " argument(s) but got " + positional.size());
    }
    return positional.isEmpty() || isVoid(type)
        ? null
        : convert(positional.path(0), type, "The workflow's argument");
  }

  private static List<?> spread(List<?> positional) {
    Object only = positional.size() == 1 ? positional.getFirst() : null;
    if (only == null || !PositionalRecord.areMeant(only.getClass())) {
      return positional;
    }
    try {
      return PositionalRecord.of(MAPPER.valueToTree(only), only.getClass());
    } catch (RuntimeException | StackOverflowError e) {
      throw Failures.of("The workflow's arguments cannot be stored as JSON", e);
    }
  }

  private static JsonNode gathered(JsonNode positional, JsonNode named, Type type) {
    int most = PositionalRecord.names(type).size();
    if (positional.size() > most) {
      throw malformed(type, "expected at most " + most + " arguments but got " + positional.size());
    }
    return PositionalRecord.gather(MAPPER.createObjectNode(), positional, named, type);
  }

  @SuppressWarnings("unchecked") // read as these very types
  private static Arguments all(JsonNode positional, JsonNode named) {
    List<@Nullable Object> values =
        isMissing(positional)
            ? List.of()
            : (List<@Nullable Object>)
                requireNonNull(convert(positional, List.class, "The workflow's arguments"));
    Arguments all = Arguments.of(values);
    for (Map.Entry<String, JsonNode> each : named.properties()) {
      all =
          all.withNamed(
              each.getKey(), convert(each.getValue(), Object.class, "The workflow's argument"));
    }
    return all;
  }

  /**
   * Writes one value; null becomes {@code null}.
   *
   * @throws SerializationException if the value has no portable form, or takes too much
   */
  public String encodeValue(@Nullable Object value) {
    return write(value, "The value cannot be stored as JSON");
  }

  /**
   * Reads one value as its declared type.
   *
   * @param text the JSON, or null for SQL NULL, which reads as JSON null
   * @param type the declared type, generics included; {@code Void} or {@code void} reads anything
   *     as null
   * @throws SerializationException if the text is not JSON or does not convert to {@code type}
   */
  public @Nullable Object decodeValue(@Nullable String text, Type type) {
    if (isVoid(type)) {
      return null;
    }
    return convert(read(text == null ? "null" : text, "The value"), type, "The value");
  }

  /**
   * Reads a stored value, after a look at the format it was written in.
   *
   * @param payload the stored text and the name of its format
   * @param what what it is, for messages: {@code Event status}
   * @param type the declared type, generics included
   * @throws SerializationException if it was written in another format, or does not convert to
   *     {@code type}
   */
  public static @Nullable Object decode(Payload payload, String what, Type type) {
    if (!PORTABLE_JSON.equals(payload.format())) {
      throw new SerializationException(
          what
              + " is stored in format "
              + (payload.format() == null ? "(not given)" : payload.format())
              + ", which only its writer can read. Have it written as "
              + PORTABLE_JSON
              + ".",
          null);
    }
    String text = payload.outputText();
    return isVoid(type) ? null : convert(read(text == null ? "null" : text, what), type, what);
  }

  private String write(@Nullable Object value, String complaint) {
    BoundedText text = new BoundedText(limit);
    try {
      MAPPER.writeValue(text, value);
      return text.storable();
    } catch (RuntimeException | StackOverflowError e) {
      throw Failures.of(complaint, e);
    }
  }

  private static JsonNode read(String text, String what) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (RuntimeException e) {
      throw Failures.of(what + " could not be read, it is not valid JSON", e);
    }
    if (node.isMissingNode()) {
      throw new SerializationException(what + " could not be read, the text is empty", null);
    }
    return node;
  }

  private static @Nullable Object convert(JsonNode node, Type type, String what) {
    try {
      JavaType target = MAPPER.constructType(type);
      return MAPPER.treeToValue(node, target);
    } catch (RuntimeException | StackOverflowError e) {
      throw Failures.of(what + " does not convert to " + type.getTypeName(), e);
    }
  }

  /** A value in the form it would be read back in. */
  static @Nullable Object convert(Object value, Type type, String what) {
    return convert(
        read(new PortableJson().write(value, what + " has no portable form"), what), type, what);
  }

  private static boolean isMissing(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static boolean isVoid(Type type) {
    return type == Void.class || type == void.class;
  }

  private static SerializationException malformed(Type type, String reason) {
    return new SerializationException(
        "The workflow's arguments do not fit its declared input "
            + type.getTypeName()
            + ": "
            + reason,
        null);
  }
}
