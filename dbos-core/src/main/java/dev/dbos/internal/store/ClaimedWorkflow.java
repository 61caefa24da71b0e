package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.internal.context.Inheritance;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished workflow that this process took over.
 *
 * @param workflowId its id
 * @param name its name
 * @param inputs its serialized input, or null
 * @param createdAtMillis when its row was made, epoch ms
 * @param attempts how many times it was started or recovered, this time included
 * @param inheritance its deadline and whom it runs for
 */
public record ClaimedWorkflow(
    String workflowId,
    String name,
    @Nullable String inputs,
    long createdAtMillis,
    long attempts,
    Inheritance inheritance) {

  /** The columns of one, to be selected or returned. */
  static List<Field<?>> fields(PayloadLayout layout) {
    return List.of(
        WORKFLOW_STATUS.WORKFLOW_UUID,
        WORKFLOW_STATUS.NAME,
        layout.inputs(),
        WORKFLOW_STATUS.CREATED_AT,
        WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
        WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
        WORKFLOW_STATUS.AUTHENTICATED_USER,
        WORKFLOW_STATUS.ASSUMED_ROLE,
        WORKFLOW_STATUS.AUTHENTICATED_ROLES);
  }

  static ClaimedWorkflow of(Record row) {
    return new ClaimedWorkflow(
        row.get(WORKFLOW_STATUS.WORKFLOW_UUID),
        row.get(WORKFLOW_STATUS.NAME),
        row.get(WORKFLOW_STATUS.INPUTS),
        row.get(WORKFLOW_STATUS.CREATED_AT),
        row.get(WORKFLOW_STATUS.RECOVERY_ATTEMPTS),
        new Inheritance(
            row.get(WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS),
            row.get(WORKFLOW_STATUS.AUTHENTICATED_USER),
            row.get(WORKFLOW_STATUS.ASSUMED_ROLE),
            row.get(WORKFLOW_STATUS.AUTHENTICATED_ROLES)));
  }
}
