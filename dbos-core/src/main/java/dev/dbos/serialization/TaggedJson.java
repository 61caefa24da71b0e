package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * JSON that says by itself what it holds: the default format of step results.
 *
 * <p>Strings, booleans, {@code Integer}s, {@code Double}s, {@code ArrayList}s, {@code
 * LinkedHashMap}s with string keys and null are plain JSON. Everything else carries its type:
 *
 * <pre>{@code
 * {"@type":"java.time.Instant","@value":"2025-06-15T10:30:00Z"}
 * {"@type":"com.acme.Receipt","@value":{"id":"r-1","total":"19.90"}}
 * }</pre>
 *
 * <p>Values are read back equal and of the same useful type: the JDK's value types, arrays,
 * optionals, enums, lists, sets and maps (unmodifiable ones as unmodifiable ones, in the same
 * order), records, and other classes by their fields, through Jackson and its annotations. Inside a
 * record or class the declared types of its fields save most tags.
 *
 * <p>An application in a named module opens the packages of such classes to {@code
 * tools.jackson.databind}, and those of its exceptions to {@code dev.dbos.core}.
 *
 * <p>A value that could not be read back is refused when it is written: one of a class that is not
 * trusted or nested in which there is such a one, a lambda, an open resource, an object that
 * contains itself, a class that Jackson cannot make again. Classes are loaded only if {@link Trust}
 * allows their names. Instances are immutable and safe for use by many threads.
 */
public final class TaggedJson implements Serializer {

  /** The name of the format, as stored beside every text written in it. */
  public static final String JAVA_JSON = "java_json";

  private final TaggedCodec codec;
  private final PayloadLimit limit;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  private TaggedJson(Trust trust, PayloadLimit limit) {
    this.codec = new TaggedCodec(trust);
    this.limit = limit;
    this.writer = codec.mapper().writerFor(RootValue.class);
    this.reader = codec.mapper().readerFor(RootValue.class);
  }

  /** Creates one that stores and loads the classes which {@code trust} allows. */
  public static TaggedJson trusting(Trust trust) {
    return trusting(trust, PayloadLimit.MOST);
  }

  /** Creates one that writes at most so much; what it reads may take more. */
  public static TaggedJson trusting(Trust trust, PayloadLimit limit) {
    return new TaggedJson(trust, limit);
  }

  /** The name of the format: {@value #JAVA_JSON}. */
  @Override
  public String name() {
    return JAVA_JSON;
  }

  /**
   * {@inheritDoc}
   *
   * @throws SerializationException naming the class that cannot be stored, where in the value it
   *     was found, and what to do
   */
  @Override
  public String serialize(@Nullable Object value) {
    Walk walk = new Walk();
    String text = write(value, walk);
    if (!walk.unproven().isEmpty()) {
      verify(text, walk);
    }
    return text;
  }

  @Override
  public @Nullable Object deserialize(String text) {
    try {
      RootValue root = reader.readValue(text);
      return root.value();
    } catch (RuntimeException | StackOverflowError e) {
      throw Failures.of("The stored value could not be read", e);
    }
  }

  private String write(@Nullable Object value, Walk walk) {
    BoundedText text = new BoundedText(limit);
    try {
      writer.withAttribute(Walk.class, walk).writeValue(text, new RootValue(value));
      return text.storable();
    } catch (RuntimeException | StackOverflowError e) {
      throw Failures.of("The value cannot be stored", e);
    }
  }

  /**
   * Reads the text back once, so that a class which Jackson can write but not read, or whose fields
   * it does not fill, is found now and not when the workflow is recovered. A record that passed
   * once is not checked again.
   */
  private void verify(String text, Walk walk) {
    String again;
    try {
      again = write(deserialize(text), new Walk());
    } catch (SerializationException e) {
      throw new SerializationException(
          "A value of "
              + names(walk)
              + " cannot be stored, since it could not be read back: "
              + e.getMessage(),
          e);
    }
    if (!again.equals(text) && !canonical(again).equals(canonical(text))) {
      throw new SerializationException(
          "A value of "
              + names(walk)
              + " cannot be stored, since reading it back does not give the same fields; use a"
              + " record, or let a constructor take all of them",
          null);
    }
    walk.unproven().forEach(codec::prove);
  }

  private static String names(Walk walk) {
    return String.join(", ", walk.unproven().stream().map(Class::getName).sorted().toList());
  }

  private String canonical(String text) {
    return canonical(codec.mapper().readTree(text));
  }

  /** The same for any order of elements, since hash sets and maps may change theirs. */
  private static String canonical(JsonNode node) {
    List<String> parts = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(element -> parts.add(canonical(element)));
    } else if (node.isObject()) {
      node.forEachEntry((name, value) -> parts.add(name + "=" + canonical(value)));
    } else {
      return node.toString();
    }
    Collections.sort(parts);
    return parts.toString();
  }
}
