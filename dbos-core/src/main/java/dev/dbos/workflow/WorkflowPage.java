package dev.dbos.workflow;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing, and how to go on.
 *
 * @param workflows at most as many as the query's limit
 * @param nextOrNull the query for what follows, or null when nothing did
 */
public record WorkflowPage(List<WorkflowStatus> workflows, @Nullable WorkflowQuery nextOrNull) {
  /** Copies the list. */
  public WorkflowPage {
    workflows = List.copyOf(workflows);
  }

  /**
   * The query for the next page; empty when this is the last. Nothing is listed twice or left out
   * on account of workflows that were started or deleted since, except that one which began on
   * another machine, with an earlier clock, may come to lie on a page that was read already.
   */
  public Optional<WorkflowQuery> next() {
    return Optional.ofNullable(nextOrNull);
  }
}
