package dev.dbos.internal.operations;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.store.Chunks;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.RetentionStore;
import dev.dbos.internal.store.RetentionStore.Member;
import dev.dbos.internal.store.RetentionStore.Place;
import dev.dbos.workflow.Retention;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * Deletes finished workflows, a tree of those that one has started after the other, each from its
 * leaves to its root, so that what a crash leaves is found again.
 *
 * <p>What nothing can make go on loses its output rows before its own row, so that a crash or a
 * datasource that is away leaves none behind for ever. What could be resumed still needs them until
 * its row is gone.
 */
public final class Retiring {
  private final SystemAccess access;

  /** In the system database of {@code access}. */
  public Retiring(SystemAccess access) {
    this.access = access;
  }

  /** Deletes what is to be deleted, as a step when a workflow asks for it; returns how many. */
  public long deleteFinished(Retention retention) {
    return Recorded.call(
        "Workflows.deleteFinished",
        "DBOS.deleteFinished",
        Long.class,
        () -> deleteFinished(retention, () -> true));
  }

  /**
   * Deletes what is to be deleted.
   *
   * @param goesOn asked before each batch
   * @return how many
   * @throws DatabaseUnavailableException when a datasource that may hold their results is away;
   *     those are deleted another time
   */
  public long deleteFinished(Retention retention, BooleanSupplier goesOn) {
    Optional<Place> last = last(retention);
    Place after = Place.FIRST;
    long deleted = 0;
    while (last.isPresent() && goesOn.getAsBoolean()) {
      Place from = after;
      List<Place> page =
          access
              .systemDatabase()
              .read(
                  dsl ->
                      RetentionStore.ended(
                          dsl, access.applicationName(), from, last.get(), retention.batchSize()));
      if (page.isEmpty()) {
        return deleted;
      }
      after = page.getLast();
      deleted += delete(trees(page), retention.batchSize(), goesOn);
    }
    return deleted;
  }

  /** Where those end that are to be deleted: beyond the age or the number, whichever is more. */
  private Optional<Place> last(Retention retention) {
    long now = access.clock().millis();
    Place settled = Place.before(now - access.runs().outputsSettle().toMillis() + 1);
    Optional<Place> tooOld =
        retention.age().map(age -> Place.before(now - Moments.durationMillis(age) + 1));
    Optional<Place> tooMany =
        retention.newest().isEmpty()
            ? Optional.empty()
            : access
                .systemDatabase()
                .read(
                    dsl ->
                        RetentionStore.behindNewest(
                            dsl, access.applicationName(), retention.newest().getAsLong()));
    return Stream.concat(tooOld.stream(), tooMany.stream())
        .reduce((one, other) -> isBehind(one, other) ? one : other)
        .map(place -> isBehind(place, settled) ? settled : place);
  }

  private static boolean isBehind(Place one, Place other) {
    return one.endedAtMillis() > other.endedAtMillis()
        || (one.endedAtMillis() == other.endedAtMillis() && other.workflowId().isEmpty());
  }

  /**
   * A workflow that nobody has started, or whose starter is gone, with all that it has started.
   *
   * @param leavesFirst its members, each before the one that started it
   */
  private record Tree(String rootId, List<Member> leavesFirst) {
    boolean hasAny(Predicate<Member> what) {
      return leavesFirst.stream().anyMatch(what);
    }

    boolean includes(Collection<String> workflowIds) {
      return hasAny(member -> workflowIds.contains(member.workflowId()));
    }
  }

  /** The trees of which everything has ended, and every fork too. */
  private List<Tree> trees(List<Place> roots) {
    List<String> ids = roots.stream().map(Place::workflowId).toList();
    Forest forest = new Forest(read(ids, RetentionStore::members));
    List<Member> level = forest.roots();
    while (!level.isEmpty()) {
      level =
          forest.add(
              read(level.stream().map(Member::workflowId).toList(), RetentionStore::children));
    }
    Set<String> forked =
        new HashSet<>(
            read(
                forest.workflowIds(),
                (dsl, part) -> List.copyOf(RetentionStore.withUnfinishedForks(dsl, part))));
    return forest
        .trees(Tree::new)
        .filter(tree -> !tree.hasAny(member -> !member.finished()) && !tree.includes(forked))
        .toList();
  }

  /** A query about many workflows, a part of them at a time. */
  @FunctionalInterface
  private interface Query<R> {
    List<R> about(DSLContext dsl, List<String> workflowIds);
  }

  private <R> List<R> read(Collection<String> workflowIds, Query<R> query) {
    List<R> all = new ArrayList<>();
    for (List<String> part : Chunks.of(workflowIds)) {
      all.addAll(access.systemDatabase().read(dsl -> query.about(dsl, part)));
    }
    return all;
  }

  private record Leaf(Tree tree, Member member) {}

  private long delete(List<Tree> trees, int batchSize, BooleanSupplier goesOn) {
    List<Leaf> all =
        trees.stream()
            .flatMap(tree -> tree.leavesFirst().stream().map(member -> new Leaf(tree, member)))
            .filter(leaf -> isMine(leaf.member()))
            .toList();
    Set<String> kept = new HashSet<>();
    long deleted = 0;
    for (int from = 0; from < all.size() && goesOn.getAsBoolean(); from += batchSize) {
      deleted +=
          deleteBatch(all.subList(from, Math.min(all.size(), from + batchSize)), kept).size();
    }
    return deleted;
  }

  /** What belongs to another application is that one's to delete. */
  private boolean isMine(Member member) {
    return access.applicationName() == null
        || member.applicationName() == null
        || member.applicationName().equals(access.applicationName());
  }

  private List<DeletedWorkflow> deleteBatch(List<Leaf> batch, Set<String> kept) {
    forgetSettled(batch);
    List<DeletedWorkflow> deleted =
        access
            .systemDatabase()
            .write(
                dsl -> {
                  keepResumed(dsl, batch, kept);
                  List<String> ids =
                      batch.stream()
                          .filter(leaf -> !kept.contains(leaf.tree().rootId()))
                          .map(leaf -> leaf.member().workflowId())
                          .toList();
                  List<DeletedWorkflow> gone = new ArrayList<>();
                  Chunks.of(ids).forEach(part -> gone.addAll(ControlStore.delete(dsl, part)));
                  return gone;
                });
    Set<String> settled = new HashSet<>();
    batch.stream()
        .filter(leaf -> leaf.member().settled())
        .forEach(leaf -> settled.add(leaf.member().workflowId()));
    List<DeletedWorkflow> others =
        deleted.stream().filter(workflow -> !settled.contains(workflow.workflowId())).toList();
    if (!others.isEmpty()) {
      access.runs().forget(others);
    }
    return deleted;
  }

  private void forgetSettled(List<Leaf> batch) {
    List<DeletedWorkflow> settled =
        batch.stream()
            .map(Leaf::member)
            .filter(Member::settled)
            .map(member -> new DeletedWorkflow(member.workflowId(), member.createdAtMillis()))
            .toList();
    if (!settled.isEmpty() && !access.runs().forget(settled)) {
      throw new DatabaseUnavailableException(
          "Finished workflows are kept for now, since a datasource that may hold results of theirs"
              + " could not be cleaned. They are deleted when it can be reached.",
          access.systemDatabase().database().name(),
          null);
    }
  }

  /** A tree of which something was resumed meanwhile stays, as far as it is there. */
  private static void keepResumed(DSLContext dsl, List<Leaf> batch, Set<String> kept) {
    Set<String> concerned = new LinkedHashSet<>();
    batch.forEach(leaf -> concerned.add(leaf.tree().rootId()));
    batch.forEach(leaf -> concerned.add(leaf.member().workflowId()));
    Set<String> finished = new HashSet<>();
    Chunks.of(concerned).forEach(part -> finished.addAll(RetentionStore.lockFinished(dsl, part)));
    for (Leaf leaf : batch) {
      if (!finished.contains(leaf.member().workflowId())
          || !finished.contains(leaf.tree().rootId())) {
        kept.add(leaf.tree().rootId());
      }
    }
  }
}
