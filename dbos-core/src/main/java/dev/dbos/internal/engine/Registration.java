package dev.dbos.internal.engine;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.context.PortableValues;
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

  /**
   * Runs the body on a stored input; on null where the row has none.
   *
   * @throws SerializationException when it is not of the declared type, or in a format of another
   *     language
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // decoded by the definition's own input type
  @Nullable Object run(String workflowId, Payload input) throws Exception {
    String format = input.format();
    if (format != null && !format.equals(PortableJson.PORTABLE_JSON)) {
      throw new SerializationException(
          "The input of workflow "
              + workflowId
              + " is stored in format "
              + format
              + ", which only its writer can read. Have it written as "
              + PortableJson.PORTABLE_JSON
              + ".",
          null);
    }
    String text = input.outputText();
    return body.run(
        (I)
            (text == null
                ? null
                : PortableValues.JSON.decodeArgument(text, definition.inputType())));
  }
}
