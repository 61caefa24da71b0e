package dev.dbos.internal.engine;

import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import org.jspecify.annotations.Nullable;

/**
 * A workflow and the body it was registered with.
 *
 * @param definition its name and types
 * @param body what it does
 */
public record Registration<I, O>(
    WorkflowDefinition<I, O> definition, WorkflowFunction<@Nullable I, @Nullable O> body) {

  /** How inputs, outputs and errors of workflows are written. */
  static final PortableJson JSON = new PortableJson();

  /** Runs the body on a stored input; null where the row has none. */
  @SuppressWarnings({"unchecked", "NullAway"}) // decoded by the definition's own input type
  @Nullable Object run(@Nullable String inputs) throws Exception {
    Object input = inputs == null ? null : JSON.decodeArgument(inputs, definition.inputType());
    return body.run((I) input);
  }

  /** Writes an output by the definition's output type. */
  static Payload output(@Nullable Object value) {
    return Payload.output(JSON.encodeValue(value), PortableJson.PORTABLE_JSON);
  }
}
