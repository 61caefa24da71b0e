package dev.dbos.serialization;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Stack frames as text: {@code com.acme.Shop.reserve(Shop.java:31)}. */
final class Stacks {

  private static final int MOST_FRAMES = 50;
  private static final int MOST_READ = 1_000;
  private static final int MOST_CHARACTERS = 1_000;
  private static final int NATIVE = -2;
  private static final String UNKNOWN = "Unknown Source";

  private static final Pattern FRAME =
      Pattern.compile("(.+)\\.([^.(]+)\\((.*?)(?::(-?\\d{1,9}))?\\)");

  private Stacks() {}

  static void write(StackTraceElement[] frames, ArrayNode target) {
    for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
      StackTraceElement frame = frames[i];
      String file = frame.getFileName() == null ? UNKNOWN : frame.getFileName();
      String line = frame.getLineNumber() == -1 ? "" : ":" + frame.getLineNumber();
      target.add(frame.getClassName() + "." + frame.getMethodName() + "(" + file + line + ")");
    }
  }

  /** The frames that can be parsed. */
  static StackTraceElement[] read(JsonNode frames) {
    List<StackTraceElement> read = new ArrayList<>();
    for (JsonNode frame : frames) {
      String text = frame.asString("");
      // Matching takes the square of its length.
      if (text.length() > MOST_CHARACTERS || read.size() == MOST_READ) {
        continue;
      }
      Matcher matcher = FRAME.matcher(text);
      if (matcher.matches()) {
        String file = matcher.group(3);
        String line = matcher.group(4);
        read.add(
            new StackTraceElement(
                matcher.group(1),
                matcher.group(2),
                file.equals(UNKNOWN) ? null : file,
                line == null ? -1 : Math.max(NATIVE, Integer.parseInt(line))));
      }
    }
    return read.toArray(StackTraceElement[]::new);
  }
}
