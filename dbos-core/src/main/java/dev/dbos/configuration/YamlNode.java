package dev.dbos.configuration;

import java.util.List;
import java.util.Map;

/** A part of a YAML document, which knows the line it begins in, counted from 1. */
sealed interface YamlNode {
  int line();

  /** Keys and values in the order of the document. */
  record Mapping(int line, Map<String, Entry> entries) implements YamlNode {}

  /** The line of a key, and its value. */
  record Entry(int line, YamlNode value) {}

  /** Values in order. */
  record Sequence(int line, List<YamlNode> items) implements YamlNode {}

  /** A single value as it is written. */
  record Scalar(int line, String text, Type type) implements YamlNode {}

  /** What YAML takes a single value for. */
  enum Type {
    TEXT("text"),
    WHOLE_NUMBER("a whole number"),
    NUMBER("a number"),
    TRUTH("true or false"),
    NOTHING("nothing");

    private final String words;

    Type(String words) {
      this.words = words;
    }
  }

  /** What this is, in words. */
  default String words() {
    return switch (this) {
      case Mapping mapping -> "a mapping";
      case Sequence sequence -> "a list";
      case Scalar scalar -> scalar.type().words;
    };
  }
}
