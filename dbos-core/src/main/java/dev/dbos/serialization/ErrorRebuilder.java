package dev.dbos.serialization;

import dev.dbos.error.StepFailedException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes exceptions from their records. */
final class ErrorRebuilder {

  private static final String NO_CONSTRUCTOR = "it has no constructor that restores it";

  private static final int MOST_DATA = 500;

  private final Trust trust;
  private final TaggedJson values;
  private final JsonMapper mapper;

  ErrorRebuilder(Trust trust, TaggedJson values, JsonMapper mapper) {
    this.trust = trust;
    this.values = values;
    this.mapper = mapper;
  }

  Throwable rebuild(JsonNode json) {
    JsonNode cause = json.path("cause");
    return rebuild(json, cause.isObject() ? rebuild(cause) : null);
  }

  /** With a cause that has been rebuilt already. */
  Throwable rebuild(JsonNode json, @Nullable Throwable cause) {
    Throwable error = make(json, cause);
    error.setStackTrace(Stacks.read(json.path("stack")));
    for (JsonNode suppressed : json.path("suppressed")) {
      error.addSuppressed(rebuild(suppressed));
    }
    return error;
  }

  private Throwable make(JsonNode json, @Nullable Throwable cause) {
    String type = json.path("type").asString("");
    if (type.isEmpty()) {
      return foreign(json, cause);
    }
    if (json.has("replaced")) {
      return standIn(json, type, json.path("replaced").asString(""), cause);
    }
    if (!trust.trusts(type)) {
      return standIn(json, type, untrusted(type), cause);
    }
    Throwable original = original(json, type, cause);
    return original != null ? original : standIn(json, type, NO_CONSTRUCTOR, cause);
  }

  private @Nullable Throwable original(JsonNode json, String type, @Nullable Throwable cause) {
    String message =
        json.path("noMessage").asBoolean(false) ? null : json.path("message").asString("");
    try {
      Class<?> loaded = trust.load(type);
      if (!Throwable.class.isAssignableFrom(loaded)) {
        return null;
      }
      if (json.has("sql") && SqlErrors.canMake(loaded)) {
        return sql(loaded, message, json.path("sql"), cause);
      }
      return ErrorClass.of(loaded).make(message, cause, fields(json.path("fields")));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  private @Nullable Throwable sql(
      Class<?> type, @Nullable String message, JsonNode sql, @Nullable Throwable cause)
      throws ReflectiveOperationException {
    JsonNode counts = sql.path("updateCounts");
    int[] updateCounts = new int[counts.size()];
    for (int i = 0; i < updateCounts.length; i++) {
      updateCounts[i] = counts.path(i).asInt(0);
    }
    JsonNode state = sql.path("state");
    Throwable error =
        SqlErrors.make(
            type,
            message,
            state.isString() ? state.stringValue() : null,
            sql.path("code").asInt(0),
            updateCounts,
            cause);
    if (error instanceof SQLException first
        && sql.path("next").isObject()
        && rebuild(sql.path("next")) instanceof SQLException next) {
      first.setNextException(next);
    }
    return error;
  }

  private Map<String, @Nullable Object> fields(JsonNode json) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    json.forEachEntry(
        (name, value) -> fields.put(name, values.deserialize(mapper.writeValueAsString(value))));
    return fields;
  }

  String whyNot(Class<?> type) {
    return trust.trusts(type.getName()) ? NO_CONSTRUCTOR : untrusted(type.getName());
  }

  private static String untrusted(String type) {
    return "its class is not trusted; to get it back add DBOS.builder(...).trustedPackages(\""
        + Names.packageOf(type)
        + "\")";
  }

  private static StepFailedException standIn(
      JsonNode json, String type, String reason, @Nullable Throwable cause) {
    String message = json.path("message").asString("");
    return new StepFailedException(
        (message.isEmpty() ? type : type + ": " + message) + " (" + reason + ")", type, cause);
  }

  /** An error that a program in another language recorded. */
  private static StepFailedException foreign(JsonNode json, @Nullable Throwable cause) {
    String name = json.path("name").asString("unknown");
    StringBuilder text = new StringBuilder(name);
    String message = json.path("message").asString("");
    if (!message.isEmpty()) {
      text.append(": ").append(message);
    }
    if (json.hasNonNull("code")) {
      text.append(" (code ").append(json.path("code").asString()).append(')');
    }
    if (json.hasNonNull("data")) {
      String data = json.path("data").toString();
      text.append(" (data ")
          .append(data.length() > MOST_DATA ? data.substring(0, MOST_DATA) + "..." : data)
          .append(')');
    }
    return new StepFailedException(text.toString(), name, cause);
  }
}
