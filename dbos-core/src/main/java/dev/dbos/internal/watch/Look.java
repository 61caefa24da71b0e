package dev.dbos.internal.watch;

import dev.dbos.internal.context.Standing;
import dev.dbos.internal.store.Chunks;
import dev.dbos.internal.store.EventStore;
import dev.dbos.internal.store.MessageStore;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.store.StreamStore;
import dev.dbos.internal.store.StreamStore.Place;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One look at everything that is waited for: a query for each kind and each thousand, of columns
 * without payloads.
 */
final class Look {
  private final Set<String> workflows = new HashSet<>();
  private final Set<Named> messages = new HashSet<>();
  private final Set<Named> events = new HashSet<>();
  private final Set<Place> entries = new HashSet<>();

  private final Map<String, Standing> standings = new HashMap<>();
  private final Set<Named> messagesFound = new HashSet<>();
  private final Set<Named> eventsFound = new HashSet<>();
  private final Set<Place> entriesFound = new HashSet<>();

  void at(String workflowId) {
    workflows.add(workflowId);
  }

  void at(Collection<Condition> conditions) {
    for (Condition condition : conditions) {
      switch (condition) {
        case Condition.Ended ended -> workflows.add(ended.workflowId());
        case Condition.Final ended -> workflows.add(ended.workflowId());
        case Condition.Message message -> messages.add(message.address());
        case Condition.Event event -> events.add(event.event());
        case Condition.Entry entry -> entries.add(entry.place());
      }
    }
  }

  void take(DSLContext dsl) {
    Chunks.of(workflows).forEach(ids -> standings.putAll(WorkflowStore.standings(dsl, ids)));
    Chunks.of(workflowsOf(messages))
        .forEach(ids -> messagesFound.addAll(MessageStore.waiting(dsl, ids)));
    Chunks.of(events)
        .forEach(
            part ->
                eventsFound.addAll(
                    EventStore.present(
                        dsl,
                        workflowsOf(part),
                        part.stream().map(Named::name).distinct().toList())));
    Chunks.of(entries).forEach(part -> entriesFound.addAll(StreamStore.present(dsl, part)));
  }

  private static List<String> workflowsOf(Collection<Named> named) {
    return new ArrayList<>(new HashSet<>(named.stream().map(Named::workflowId).toList()));
  }

  @Nullable Standing standing(String workflowId) {
    return standings.get(workflowId);
  }

  boolean fulfils(Condition condition) {
    return switch (condition) {
      case Condition.Ended ended -> {
        WorkflowState state = state(ended.workflowId());
        yield state == null || state.isTerminal();
      }
      case Condition.Final ended -> {
        WorkflowState state = state(ended.workflowId());
        yield state == null || state == WorkflowState.SUCCESS || state == WorkflowState.ERROR;
      }
      case Condition.Message message -> messagesFound.contains(message.address());
      case Condition.Event event -> eventsFound.contains(event.event());
      case Condition.Entry entry -> entriesFound.contains(entry.place());
    };
  }

  private @Nullable WorkflowState state(String workflowId) {
    Standing standing = standings.get(workflowId);
    return standing == null ? null : WorkflowState.of(standing.state());
  }
}
