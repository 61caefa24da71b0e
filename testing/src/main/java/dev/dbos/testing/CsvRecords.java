package dev.dbos.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** Splits the server's CSV log, a part of which may still be on its way to the file. */
final class CsvRecords {
  private final byte[] bytes;
  private int position;

  CsvRecords(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Where the next record starts. */
  int position() {
    return position;
  }

  /** The fields of the next record; empty if that one is not complete yet. */
  List<String> next() {
    int end = endOfRecord();
    if (end < 0) {
      return List.of();
    }
    List<String> fields = new ArrayList<>();
    int from = position;
    boolean quoted = false;
    for (int i = position; i <= end; i++) {
      if (bytes[i] == '"') {
        quoted = !quoted;
      } else if (i == end || (bytes[i] == ',' && !quoted)) {
        fields.add(field(from, i));
        from = i + 1;
      }
    }
    position = end + 1;
    return fields;
  }

  /**
   * A doubled quote inside a quoted field closes and opens it again, so counting parity is enough.
   */
  private int endOfRecord() {
    boolean quoted = false;
    for (int i = position; i < bytes.length; i++) {
      if (bytes[i] == '"') {
        quoted = !quoted;
      } else if (bytes[i] == '\n' && !quoted) {
        return i;
      }
    }
    return -1;
  }

  private String field(int from, int to) {
    String field = new String(bytes, from, to - from, UTF_8);
    if (!field.startsWith("\"")) {
      return field;
    }
    return field.substring(1, field.lastIndexOf('"')).replace("\"\"", "\"");
  }
}
