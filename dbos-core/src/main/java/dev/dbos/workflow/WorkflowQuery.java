package dev.dbos.workflow;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which workflows to list; by default all of this application, at most 100, oldest first.
 * Immutable.
 */
public final class WorkflowQuery {
  private static final int DEFAULT_LIMIT = 100;
  private static final WorkflowQuery ALL =
      new WorkflowQuery(EnumSet.allOf(WorkflowState.class), null, DEFAULT_LIMIT);

  private final Set<WorkflowState> states;
  private final @Nullable String name;
  private final int limit;

  private WorkflowQuery(Set<WorkflowState> states, @Nullable String name, int limit) {
    this.states = states;
    this.name = name;
    this.limit = limit;
  }

  /** Every workflow of this application. */
  public static WorkflowQuery all() {
    return ALL;
  }

  /** Only workflows in one of these states. */
  public WorkflowQuery withStatus(WorkflowState state, WorkflowState... more) {
    return new WorkflowQuery(EnumSet.of(state, more), name, limit);
  }

  /** Only workflows of this name. */
  public WorkflowQuery withName(String workflowName) {
    return new WorkflowQuery(states, workflowName, limit);
  }

  /**
   * At most this many; default 100.
   *
   * @throws IllegalArgumentException when {@code most} is less than 1
   */
  public WorkflowQuery withLimit(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("limit must be at least 1: " + most);
    }
    return new WorkflowQuery(states, name, most);
  }

  /** The states asked for. */
  public Set<WorkflowState> states() {
    return EnumSet.copyOf(states);
  }

  /** The name asked for. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** The most workflows to return. */
  public int limit() {
    return limit;
  }
}
