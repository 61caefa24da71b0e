package dev.dbos.internal.operations;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.store.ArchiveTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Workflows as a JSON document, described in docs/archives.md: their rows, each an object with the
 * names of the columns, without those that are null.
 *
 * @param workflows the workflows, each a row and what belongs to it
 */
record ArchiveDocument(List<Entry> workflows) {
  private static final String FORMAT = "dbos-workflows";
  private static final int VERSION = 1;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /**
   * A workflow.
   *
   * @param row its own row
   * @param parts the rows of each table of {@link ArchiveTable#OF_A_WORKFLOW}, in that order
   */
  record Entry(Map<String, Object> row, List<List<Map<String, Object>>> parts) {
    String workflowId() {
      return ArchiveTable.WORKFLOWS.keyOf(row);
    }
  }

  /** Writes the document. */
  String text(Instant exportedAt) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("format", FORMAT);
    document.put("version", VERSION);
    document.put("exportedAt", exportedAt.toString());
    document.put("workflows", workflows.stream().map(ArchiveDocument::fields).toList());
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document);
  }

  private static Map<String, Object> fields(Entry workflow) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(ArchiveTable.WORKFLOWS.name(), withDocuments(workflow.row()));
    for (int part = 0; part < workflow.parts().size(); part++) {
      fields.put(ArchiveTable.OF_A_WORKFLOW.get(part).name(), workflow.parts().get(part));
    }
    return fields;
  }

  /** A column with a JSON object shows as that. */
  private static Map<String, Object> withDocuments(Map<String, Object> row) {
    Map<String, Object> shown = new LinkedHashMap<>(row);
    shown.replaceAll(
        (name, value) ->
            Objects.requireNonNull(ArchiveTable.WORKFLOWS.column(name)).getType() == JSONB.class
                ? object(value.toString())
                : value);
    return shown;
  }

  private static Object object(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      return json.isObject() ? json : text;
    } catch (JacksonException torn) {
      return text;
    }
  }

  /**
   * Reads a document.
   *
   * @throws SerializationException when it is none, or one that this version cannot read
   */
  static ArchiveDocument parse(String text) {
    JsonNode document;
    try {
      document = JSON.readTree(text);
    } catch (JacksonException malformed) {
      throw unreadable("it is not JSON: " + malformed.getOriginalMessage(), malformed);
    }
    if (!FORMAT.equals(document.path("format").asString(""))) {
      throw unreadable("it is not in the format " + FORMAT + ", which export writes", null);
    }
    if (document.path("version").asInt(0) != VERSION) {
      throw unreadable(
          "its version is "
              + document.path("version").asString("missing")
              + ", and this version of the library reads version "
              + VERSION,
          null);
    }
    List<Entry> workflows = new ArrayList<>();
    for (JsonNode workflow : elements(document.path("workflows"), "workflows")) {
      workflows.add(entry(workflow));
    }
    return new ArchiveDocument(workflows);
  }

  private static Entry entry(JsonNode workflow) {
    Map<String, Object> row =
        row(ArchiveTable.WORKFLOWS, workflow.path(ArchiveTable.WORKFLOWS.name()));
    String id = ArchiveTable.WORKFLOWS.keyOf(row);
    List<List<Map<String, Object>>> parts = new ArrayList<>();
    for (ArchiveTable table : ArchiveTable.OF_A_WORKFLOW) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (JsonNode element : elements(workflow.path(table.name()), table.name())) {
        Map<String, Object> part = row(table, element);
        if (!table.keyOf(part).equals(id)) {
          throw unreadable(
              "a row of "
                  + table.name()
                  + " under workflow "
                  + id
                  + " belongs to workflow "
                  + table.keyOf(part),
              null);
        }
        rows.add(part);
      }
      parts.add(rows);
    }
    return new Entry(row, parts);
  }

  private static Iterable<JsonNode> elements(JsonNode array, String name) {
    if (!array.isArray() && !array.isMissingNode() && !array.isNull()) {
      throw unreadable(name + " is not an array", null);
    }
    return array.values();
  }

  private static Map<String, Object> row(ArchiveTable table, JsonNode object) {
    if (!object.isObject()) {
      throw unreadable("a row of " + table.name() + " is not an object", null);
    }
    Map<String, Object> row = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            property -> {
              Object value = value(table, property.getKey(), property.getValue());
              if (value != null) {
                row.put(property.getKey(), value);
              }
            });
    for (Field<?> column : table.table().fields()) {
      DataType<?> type = column.getDataType();
      if (!type.nullable() && !row.containsKey(column.getName())) {
        throw unreadable("a row of " + table.name() + " has no " + column.getName(), null);
      }
    }
    return row;
  }

  private static @Nullable Object value(ArchiveTable table, String name, JsonNode value) {
    Field<?> column = table.column(name);
    if (column == null) {
      throw unreadable(table.name() + " has no column " + name, null);
    }
    if (value.isNull()) {
      return null;
    }
    Object read = read(column, value);
    if (read == null) {
      throw unreadable(table.name() + "." + name + " cannot be " + value, null);
    }
    return read;
  }

  /** What fits into a column, or null. */
  private static @Nullable Object read(Field<?> column, JsonNode value) {
    Class<?> type = column.getType();
    if (type == JSONB.class) {
      return value.isString() ? value.asString() : JSON.writeValueAsString(value);
    }
    if (type == String.class) {
      return value.isString() ? value.asString() : null;
    }
    if (type == Boolean.class) {
      return value.isBoolean() ? value.asBoolean() : null;
    }
    if (type == Long.class) {
      return value.isIntegralNumber() && value.canConvertToLong() ? value.asLong() : null;
    }
    return value.isIntegralNumber() && value.canConvertToInt() ? value.asInt() : null;
  }

  private static SerializationException unreadable(String why, @Nullable Throwable cause) {
    return new SerializationException(
        "The workflows cannot be imported, since the text does not hold what was exported: "
            + why
            + ". Nothing has been imported.",
        cause);
  }
}
