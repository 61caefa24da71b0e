package dev.dbos.conformance.workflows;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A workflow as some other implementation might have written it, column by column. */
final class ForeignRow {
  private final Map<String, String> columns = new LinkedHashMap<>();

  private ForeignRow(String id) {
    set("workflow_uuid", id).set("status", "SUCCESS").set("name", "checkout");
    set("created_at", 1_000).set("updated_at", 1_000).set("application_name", "tea-shop");
    set("serialization", "portable_json");
  }

  static ForeignRow of(String id) {
    return new ForeignRow(id);
  }

  ForeignRow set(String column, String value) {
    columns.put(column, "'" + value.replace("'", "''") + "'");
    return this;
  }

  ForeignRow set(String column, long value) {
    columns.put(column, Long.toString(value));
    return this;
  }

  ForeignRow setNull(String column) {
    columns.put(column, "NULL");
    return this;
  }

  ForeignRow setTrue(String column) {
    columns.put(column, "TRUE");
    return this;
  }

  void insertInto(SystemRows rows) {
    rows.change(
        "INSERT INTO workflow_status ("
            + String.join(", ", columns.keySet())
            + ") VALUES ("
            + columns.values().stream().collect(Collectors.joining(", "))
            + ")");
  }
}
