package dev.dbos.workflow;

import java.time.Instant;

/**
 * What a transaction has asked of a system database that has refused it.
 *
 * @param datasource the name of the datasource whose outbox it is in
 * @param id which entry, unique
 * @param kind what was asked
 * @param workflowId the workflow it is for
 * @param createdAt when it was asked
 * @param setAsideAt when it was refused
 * @param reason why
 */
public record OutboxEntry(
    String datasource,
    String id,
    Kind kind,
    String workflowId,
    Instant createdAt,
    Instant setAsideAt,
    String reason) {
  /** What can be asked. */
  public enum Kind {
    /** To start the workflow. */
    START,
    /** To give it a message. */
    SEND,
    /** To publish a value of it. */
    SET_EVENT,
    /** What a newer version of this library knows. */
    OTHER
  }
}
