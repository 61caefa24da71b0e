package dev.dbos.cli;

import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Workflows and steps as fields with names; what there is none of is left out. */
final class WorkflowFields {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, Object> fields = new LinkedHashMap<>();

  private WorkflowFields() {}

  /** What a listing shows of a workflow. */
  static Map<String, Object> of(WorkflowStatus status) {
    WorkflowFields some = new WorkflowFields();
    some.put("id", status.id())
        .put("name", status.name())
        .put("status", state(status))
        .put("application", status.origin().applicationName())
        .put("version", status.origin().applicationVersion())
        .put("executor", status.origin().executorId())
        .put("attempts", status.attempts())
        .put("createdAt", status.createdAt())
        .put("updatedAt", status.progress().updatedAt())
        .put("dequeuedAt", status.dequeuedAt().orElse(null))
        .put("completedAt", status.completedAt().orElse(null))
        .put("queue", status.queueName().orElse(null))
        .put("priority", status.queueName().isPresent() ? status.priority() : null)
        .put("deduplicationId", status.deduplicationId().orElse(null))
        .put("delayedUntil", status.delayedUntil().orElse(null))
        .put("timeout", status.timeout().orElse(null))
        .put("deadline", status.deadline().orElse(null))
        .put("parent", status.parentId().orElse(null))
        .put("forkedFrom", status.forkedFrom().orElse(null))
        .put("schedule", status.origin().scheduleName())
        .put("user", status.user().orElse(null))
        .put("attributes", status.attributes().isEmpty() ? null : status.attributes());
    return some.fields;
  }

  /** All of a workflow, its input and outcome included. */
  static Map<String, Object> allOf(WorkflowStatus status) {
    WorkflowFields all = new WorkflowFields();
    all.fields.putAll(of(status));
    Payload outcome = status.outcome();
    all.put("input", value(status.input().outputText(), status.input().format()))
        .put("output", value(outcome.outputText(), outcome.format()))
        .put("error", value(outcome.errorText(), outcome.format()))
        .put("format", outcome.format());
    return all.fields;
  }

  /** A step, with what it returned. */
  static Map<String, Object> of(StepStatus step) {
    WorkflowFields some = new WorkflowFields();
    Payload payload = step.payload();
    some.put("step", step.stepId())
        .put("name", step.name())
        .put("status", step.state().name())
        .put("startedAt", step.startedAt().orElse(null))
        .put("completedAt", step.completedAt().orElse(null))
        .put("child", step.childWorkflowId().orElse(null))
        .put("output", value(payload.outputText(), payload.format()))
        .put("error", value(payload.errorText(), payload.format()))
        .put("format", payload.format());
    return some.fields;
  }

  /** The state as it is stored, also one that nobody here knows. */
  static String state(WorkflowStatus status) {
    String stored = status.progress().stateText();
    return status.state() == WorkflowState.UNKNOWN && stored != null
        ? stored
        : status.state().name();
  }

  /** A moment or a duration as people and programs read it; empty for none. */
  static String text(@Nullable Object value) {
    return Objects.toString(value, "");
  }

  private WorkflowFields put(String name, @Nullable Object value) {
    if (value instanceof Instant || value instanceof Duration) {
      fields.put(name, value.toString());
    } else if (value != null) {
      fields.put(name, value);
    }
    return this;
  }

  /** What is portable is shown as what it is, anything else as its text. */
  private static @Nullable Object value(@Nullable String text, @Nullable String format) {
    return text == null || !PortableJson.PORTABLE_JSON.equals(format) ? text : json(text);
  }

  /** What JSON means, or the text itself when it is none. */
  static Object json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException torn) {
      return text;
    }
  }
}
