package dev.dbos.configuration;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.text.Spelling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the configuration file. It learns the keys there are from being asked for them, and
 * can then refuse the others.
 */
final class Section {
  private final String file;
  private final String prefix;
  private final Map<String, YamlNode.Entry> entries;
  private final Substitution substitution;
  private final Set<String> known = new TreeSet<>();
  private final List<String> ignored = new ArrayList<>();
  private final List<Section> below = new ArrayList<>();

  /**
   * A mapping that is a value in another one.
   *
   * @param prefix the key of that value with a dot behind it, or nothing
   */
  Section(String file, String prefix, YamlNode.Mapping mapping, Substitution substitution) {
    this.file = file;
    this.prefix = prefix;
    this.entries = mapping.entries();
    this.substitution = substitution;
  }

  String file() {
    return file;
  }

  /** Where a key is, to begin a message with. */
  String at(String key) {
    YamlNode.Entry entry = entries.get(key);
    return file + (entry == null ? "" : ", line " + entry.line()) + ": ";
  }

  /** A text, with variables in their places. */
  Optional<String> text(String key) {
    YamlNode.Scalar scalar = scalar(key, "text");
    if (scalar == null) {
      return Optional.empty();
    }
    String text = substituted(key, scalar);
    if (scalar.type() != YamlNode.Type.TEXT) {
      throw wrongType(key, "text", scalar);
    }
    return Optional.of(text);
  }

  /** A number without a fraction, also one from a variable. */
  Optional<Integer> wholeNumber(String key) {
    YamlNode.Scalar scalar = scalar(key, "a whole number");
    if (scalar == null) {
      return Optional.empty();
    }
    boolean fromVariable = Substitution.isNeeded(scalar.text());
    if (scalar.type() != YamlNode.Type.WHOLE_NUMBER && !fromVariable) {
      throw wrongType(key, "a whole number", scalar);
    }
    try {
      return Optional.of(Integer.parseInt(substituted(key, scalar).strip()));
    } catch (NumberFormatException notOne) {
      throw new ConfigurationException(
          at(key) + prefix + key + " must be a whole number that is not too large.", null);
    }
  }

  Optional<Duration> seconds(String key) {
    return wholeNumber(key).map(Duration::ofSeconds);
  }

  Optional<Section> section(String key) {
    known.add(key);
    YamlNode.Entry entry = entries.get(key);
    if (entry == null || isNothing(entry.value())) {
      return Optional.empty();
    }
    if (entry.value() instanceof YamlNode.Mapping mapping) {
      Section section = new Section(file, prefix + key + ".", mapping, substitution);
      below.add(section);
      return Optional.of(section);
    }
    throw wrongType(key, "a mapping", entry.value());
  }

  /** These may be there, and are of no use. */
  void ignore(List<String> keys) {
    known.addAll(keys);
    keys.stream().filter(entries::containsKey).map(key -> prefix + key).forEach(ignored::add);
  }

  /** What was there and of no use, here and below. */
  List<String> ignored() {
    List<String> all = new ArrayList<>(ignored);
    below.forEach(section -> all.addAll(section.ignored()));
    return all;
  }

  /**
   * Refuses, here and below, every key that nobody has asked for.
   *
   * @throws ConfigurationException when there is one, with the nearest that may be meant
   */
  void refuseTheRest() {
    for (String key : entries.keySet()) {
      if (!known.contains(key)) {
        throw new ConfigurationException(
            at(key)
                + "unknown key "
                + prefix
                + key
                + "; the nearest known one is "
                + prefix
                + Spelling.nearest(key, known)
                + ".",
            null);
      }
    }
    below.forEach(Section::refuseTheRest);
  }

  private YamlNode.@Nullable Scalar scalar(String key, String expected) {
    known.add(key);
    YamlNode.Entry entry = entries.get(key);
    if (entry == null || isNothing(entry.value())) {
      return null;
    }
    if (entry.value() instanceof YamlNode.Scalar scalar) {
      return scalar;
    }
    throw wrongType(key, expected, entry.value());
  }

  private String substituted(String key, YamlNode.Scalar scalar) {
    return substitution.apply(
        scalar.text(),
        what -> new ConfigurationException(at(key) + prefix + key + " needs " + what + ".", null));
  }

  private static boolean isNothing(YamlNode value) {
    return value instanceof YamlNode.Scalar scalar && scalar.type() == YamlNode.Type.NOTHING;
  }

  private ConfigurationException wrongType(String key, String expected, YamlNode value) {
    return new ConfigurationException(
        at(key) + prefix + key + " must be " + expected + ", not " + value.words() + ".", null);
  }
}
