package dev.dbos.internal.engine;

import dev.dbos.internal.context.PortableValues;
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

  /** Runs the body on a stored input; null where the row has none. */
  @SuppressWarnings({"unchecked", "NullAway"}) // decoded by the definition's own input type
  @Nullable Object run(@Nullable String inputs) throws Exception {
    Object input =
        inputs == null ? null : PortableValues.JSON.decodeArgument(inputs, definition.inputType());
    return body.run((I) input);
  }
}
