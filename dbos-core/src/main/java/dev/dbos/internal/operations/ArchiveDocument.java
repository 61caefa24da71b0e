package dev.dbos.internal.operations;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.store.ArchiveTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.exception.DataTypeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
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
          .enable(SerializationFeature.INDENT_OUTPUT)
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
    return JSON.writeValueAsString(document);
  }

  private static Map<String, Object> fields(Entry workflow) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(ArchiveTable.WORKFLOWS.name(), workflow.row());
    for (int part = 0; part < workflow.parts().size(); part++) {
      fields.put(ArchiveTable.OF_A_WORKFLOW.get(part).name(), workflow.parts().get(part));
    }
    return fields;
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
    Object plain =
        switch (value.getNodeType()) {
          case STRING -> value.asString();
          case NUMBER -> value.isIntegralNumber() ? value.asLong() : (Object) value.asDouble();
          case BOOLEAN -> value.asBoolean();
          case NULL -> null;
          case ARRAY, BINARY, MISSING, OBJECT, POJO ->
              throw unreadable(
                  table.name() + "." + name + " is neither a text, a number nor a truth value",
                  null);
        };
    try {
      return column.getType() == JSONB.class ? plain : column.getDataType().convert(plain);
    } catch (DataTypeException | NumberFormatException unfitting) {
      throw unreadable(
          table.name() + "." + name + " cannot be " + value.toString(), unfitting);
    }
  }

  private static SerializationException unreadable(String why, @Nullable Throwable cause) {
    return new SerializationException(
        "The workflows cannot be imported, since the text does not hold what was exported: "
            + why
            + ". Nothing has been imported.",
        cause);
  }
}
