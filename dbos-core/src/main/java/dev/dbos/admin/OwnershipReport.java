package dev.dbos.admin;

/**
 * What has been given to another application.
 *
 * @param queues registered queues
 * @param schedules schedules
 * @param versions versions the application was launched at
 * @param unfinishedWorkflows workflows that had not ended
 * @param finishedWorkflows workflows that had
 * @param steps recorded steps
 */
public record OwnershipReport(
    int queues,
    int schedules,
    int versions,
    int unfinishedWorkflows,
    long finishedWorkflows,
    long steps) {
  /** Whether there was nothing. */
  public boolean isEmpty() {
    return queues + schedules + versions + unfinishedWorkflows + finishedWorkflows + steps == 0;
  }
}
