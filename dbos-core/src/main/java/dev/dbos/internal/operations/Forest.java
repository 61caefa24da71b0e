package dev.dbos.internal.operations;

import dev.dbos.internal.store.RetentionStore.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Workflows and what they have started, gathered level by level. */
final class Forest {
  private final List<Member> roots;
  private final Map<String, String> rootOf = new HashMap<>();
  private final Map<String, List<Member>> membersOf = new LinkedHashMap<>();

  /** With the workflows that are at the root of each tree. */
  Forest(List<Member> roots) {
    this.roots = List.copyOf(roots);
    for (Member root : roots) {
      put(root, root.workflowId());
    }
  }

  List<Member> roots() {
    return roots;
  }

  /** Adds what the members of the last level have started; returns those that are new. */
  List<Member> add(List<Member> children) {
    List<Member> fresh =
        children.stream().filter(child -> !rootOf.containsKey(child.workflowId())).toList();
    for (Member child : fresh) {
      put(child, Objects.requireNonNull(rootOf.get(child.parentId())));
    }
    return fresh;
  }

  private void put(Member member, String rootId) {
    rootOf.put(member.workflowId(), rootId);
    membersOf.computeIfAbsent(rootId, id -> new ArrayList<>()).add(member);
  }

  /** All members. */
  Collection<String> workflowIds() {
    return rootOf.keySet();
  }

  /** The trees, from the id of the root and the members, leaves first. */
  <T> Stream<T> trees(BiFunction<String, List<Member>, T> tree) {
    return membersOf.entrySet().stream()
        .map(entry -> tree.apply(entry.getKey(), entry.getValue().reversed()));
  }
}
