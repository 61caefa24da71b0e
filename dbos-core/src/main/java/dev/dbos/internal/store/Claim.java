package dev.dbos.internal.store;

import java.util.Set;

/**
 * Which unfinished workflows a process takes over.
 *
 * @param executorId whose they were, and are from now on
 * @param applicationVersion only of this version
 * @param applicationName only of this application, or of none
 * @param workflowNames only these workflows
 * @param runToken marks what the new runs write
 * @param nowMillis the time of the claim, epoch ms
 * @param limit the most to take at once
 */
public record Claim(
    String executorId,
    String applicationVersion,
    String applicationName,
    Set<String> workflowNames,
    String runToken,
    long nowMillis,
    int limit) {
  /** The same with another {@link #limit()}. */
  public Claim upTo(int most) {
    return new Claim(
        executorId, applicationVersion, applicationName, workflowNames, runToken, nowMillis, most);
  }
}
