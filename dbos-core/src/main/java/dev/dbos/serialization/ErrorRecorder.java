package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the record of an exception and at once rebuilds it from that record. Where the two differ
 * the record says so, and the stand-in is what everybody sees from then on: the verdict is made
 * once and stored, not made again on replay.
 */
final class ErrorRecorder {

  private static final int MOST_CAUSES = 50;
  private static final int MOST_SUPPRESSED = 10;

  /** What is kept of a message that is too long; a character takes up to six bytes as JSON. */
  private static final int MOST_KEPT = 5_000;

  /**
   * Whatever the limit of values: a record with its stack has to fit, or its class would be lost.
   */
  private static final int LEAST = 64 * 1024;

  private final ErrorRebuilder rebuilder;
  private final TaggedJson values;
  private final PortableJson portable = new PortableJson();
  private final JsonMapper mapper;
  private final PayloadLimit limit;

  ErrorRecorder(
      ErrorRebuilder rebuilder, TaggedJson values, JsonMapper mapper, PayloadLimit limit) {
    this.limit = new PayloadLimit(Math.max(LEAST, limit.bytes()));
    this.rebuilder = rebuilder;
    this.values = values;
    this.mapper = mapper;
  }

  /**
   * A record, what it is rebuilt to, and whether that is as good as the original.
   *
   * @param text the record, as a database can hold it
   * @param rebuilt the exception that the record gives
   * @param isFaithful whether it equals the original in class, message, fields and causes
   */
  record Recorded(String text, Throwable rebuilt, boolean isFaithful) {}

  Recorded record(Throwable error) {
    Part whole = record(error, Collections.newSetFromMap(new IdentityHashMap<>()));
    String text = text(whole.json());
    if (!limit.isExceededBy(text)) {
      return new Recorded(text, whole.rebuilt(), whole.isFaithful());
    }
    ObjectNode beginning = beginning(whole.json());
    return new Recorded(text(beginning), rebuilder.rebuild(beginning, null), false);
  }

  private String text(ObjectNode json) {
    return Text.storable(mapper.writeValueAsString(json));
  }

  private ObjectNode beginning(ObjectNode json) {
    String message = json.path("message").asString("");
    int kept = Math.min(message.length(), MOST_KEPT);
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", json.path("name").asString(""))
        .put("message", message.substring(0, kept) + (kept < message.length() ? "..." : ""))
        .put("type", json.path("type").asString(""))
        .put("replaced", "its record takes more than " + limit.bytes() + " bytes");
  }

  /**
   * The record of an exception, perhaps of one within another.
   *
   * @param json the record
   * @param rebuilt the exception that the record gives
   * @param isFaithful whether it equals the original in class, message, fields and causes
   */
  private record Part(ObjectNode json, Throwable rebuilt, boolean isFaithful) {}

  private Part record(Throwable error, Set<Throwable> seen) {
    seen.add(error);
    Throwable cause = guarded(error::getCause);
    boolean cut = cause != null && (seen.contains(cause) || seen.size() > MOST_CAUSES);
    Part recordedCause = cause == null || cut ? null : record(cause, seen);
    Throwable rebuiltCause = recordedCause == null ? null : recordedCause.rebuilt();

    ObjectNode json = describe(error);
    addDetails(json, error, recordedCause, seen);
    Throwable rebuilt = rebuilder.rebuild(json, rebuiltCause);
    boolean same = isSame(error, rebuilt);
    if (!same) {
      addReplacement(json, error, rebuilt);
      rebuilt = rebuilder.rebuild(json, rebuiltCause);
    }
    boolean sameCause = recordedCause == null ? !cut : recordedCause.isFaithful();
    return new Part(json, rebuilt, same && sameCause);
  }

  private void addReplacement(ObjectNode json, Throwable error, Throwable rebuilt) {
    Class<?> type = error.getClass();
    if (error instanceof SQLException sql && !SqlErrors.canMake(type)) {
      json.put("type", SqlErrors.standardClass(sql).getName()).put("originalType", type.getName());
    } else if (rebuilt.getClass() == type) {
      json.put("replaced", "it could not be restored with all its fields");
    } else if (!json.has("replaced")) {
      json.put("replaced", rebuilder.whyNot(type));
    }
  }

  private ObjectNode describe(Throwable error) {
    String message = null;
    boolean broken = false;
    try {
      message = error.getMessage();
    } catch (RuntimeException | Error e) {
      broken = true;
    }
    String type = error.getClass().getName();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", portableName(error)).put("message", message == null ? "" : message);
    json.put("type", type);
    if (message == null) {
      json.put("noMessage", true);
    }
    if (broken) {
      json.put("replaced", "its getMessage() failed");
    }
    return json;
  }

  private static String portableName(Throwable error) {
    String type =
        error instanceof StepFailedException standIn
            ? standIn.originalType()
            : error.getClass().getName();
    return Names.lastSegment(type);
  }

  private void addDetails(
      ObjectNode json, Throwable error, @Nullable Part cause, Set<Throwable> seen) {
    addFields(json, error);
    if (error instanceof SQLException sql) {
      addSql(json, sql, seen);
    }
    StackTraceElement[] frames = guarded(error::getStackTrace);
    if (frames != null) {
      Stacks.write(frames, json.putArray("stack"));
    }
    if (cause != null) {
      json.set("cause", cause.json());
    }
    Throwable[] suppressed = error.getSuppressed();
    if (suppressed.length > 0) {
      ArrayNode array = json.putArray("suppressed");
      for (Throwable each : suppressed) {
        if (array.size() < MOST_SUPPRESSED && !seen.contains(each) && seen.size() < MOST_CAUSES) {
          array.add(record(each, seen).json());
        }
      }
    }
  }

  private void addSql(ObjectNode json, SQLException error, Set<Throwable> seen) {
    ObjectNode sql = json.putObject("sql");
    sql.put("state", error.getSQLState()).put("code", error.getErrorCode());
    if (error instanceof BatchUpdateException batch && batch.getUpdateCounts() != null) {
      ArrayNode counts = sql.putArray("updateCounts");
      for (int count : batch.getUpdateCounts()) {
        counts.add(count);
      }
    }
    SQLException next = error.getNextException();
    if (next != null && !seen.contains(next) && seen.size() < MOST_CAUSES) {
      sql.set("next", record(next, seen).json());
    }
  }

  private void addFields(ObjectNode json, Throwable error) {
    Map<String, @Nullable Object> state = ErrorClass.of(error.getClass()).read(error);
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    state.forEach(
        (name, value) -> {
          try {
            fields.set(name, mapper.readTree(values.serialize(value)));
          } catch (SerializationException e) {
            // Then a constructor that needs it cannot be used.
          }
        });
    if (!fields.isEmpty()) {
      json.set("fields", fields);
    }
    addPortable(json, "code", state.get("code"));
    addPortable(json, "data", state.get("data"));
  }

  /** Readers in other languages look for an error's code and data at the top. */
  private void addPortable(ObjectNode json, String name, @Nullable Object value) {
    if (value == null) {
      return;
    }
    try {
      JsonNode node = mapper.readTree(portable.encodeValue(value));
      if (name.equals("data") || node.isIntegralNumber() || node.isString()) {
        json.set(name, node);
      }
    } catch (SerializationException e) {
      // It is a courtesy to readers that do not know the class.
    }
  }

  private boolean isSame(Throwable error, Throwable rebuilt) {
    return rebuilt.getClass() == error.getClass()
        && Objects.equals(guarded(error::getMessage), guarded(rebuilt::getMessage))
        && ErrorClass.of(error.getClass()).isSameState(error, rebuilt, this::isStoredAlike);
  }

  /** For field values without an {@code equals} of their own. */
  private boolean isStoredAlike(Object one, Object other) {
    try {
      return values.serialize(one).equals(values.serialize(other));
    } catch (SerializationException e) {
      return false;
    }
  }

  /** What user code returns, or null if it fails. */
  private static <T> @Nullable T guarded(Supplier<@Nullable T> accessor) {
    try {
      return accessor.get();
    } catch (RuntimeException | Error e) {
      return null;
    }
  }
}
