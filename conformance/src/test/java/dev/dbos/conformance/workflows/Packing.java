package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Packers that work through queues of parcels: which they began, in their order, and how many at
 * once at most. Closed gates keep them from finishing.
 */
final class Packing implements AutoCloseable {
  static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);

  private final Site site;
  private final List<DBOS> packers = new ArrayList<>();
  private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> now = new HashMap<>();
  private final Map<String, Integer> most = new HashMap<>();
  private final Semaphore gate = new Semaphore(0);
  private volatile boolean gated;

  private Packing(Site site) {
    this.site = site;
  }

  static Packing of(Site site) {
    return new Packing(site);
  }

  /** From now on nobody finishes a parcel unless it is let through. */
  Packing gated() {
    gated = true;
    return this;
  }

  /** Lets so many parcels be finished. */
  void letThrough(int parcels) {
    gate.release(parcels);
  }

  /** A packer, not at work yet. */
  DbosBuilder packer(String executorId) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .executorId(executorId)
        .closeTimeout(Duration.ofMillis(200))
        .workflow(PACK, parcel -> pack(executorId, parcel));
  }

  /** Lets a packer begin to work. */
  DBOS work(DbosBuilder packer) {
    DBOS dbos = packer.launch();
    packers.add(dbos);
    return dbos;
  }

  DBOS work(String executorId) {
    return work(packer(executorId));
  }

  private String pack(String executorId, @Nullable String parcel) throws InterruptedException {
    String shelf = shelf(parcel);
    enter("", executorId, shelf);
    begun.add(parcel);
    try {
      if (gated) {
        gate.acquire();
      }
      return "packed " + parcel;
    } finally {
      leave("", executorId, shelf);
    }
  }

  /** A parcel may say which shelf it is from: {@code "tea@east"}. */
  private static String shelf(@Nullable String parcel) {
    return parcel == null || parcel.indexOf('@') < 0 ? "@" : parcel.substring(parcel.indexOf('@'));
  }

  private synchronized void enter(String... whom) {
    for (String who : whom) {
      most.merge(who, now.merge(who, 1, Integer::sum), Math::max);
    }
  }

  private synchronized void leave(String... whom) {
    for (String who : whom) {
      now.merge(who, -1, Integer::sum);
    }
  }

  /** How many parcels are being packed. */
  synchronized int underWay() {
    return now.getOrDefault("", 0);
  }

  /** How many there were at most at once. */
  synchronized int most() {
    return most.getOrDefault("", 0);
  }

  /** How many there were at most at once with one packer, or from one {@code @shelf}. */
  synchronized int mostOf(String executorIdOrShelf) {
    return most.getOrDefault(executorIdOrShelf, 0);
  }

  /** The parcels in the order in which they were begun. */
  List<String> begun() {
    return List.copyOf(begun);
  }

  /** Puts parcels into a queue; their ids are what they are. */
  static List<WorkflowHandle<String>> enqueue(DBOS dbos, StartOptions options, String... parcels) {
    List<WorkflowHandle<String>> handles = new ArrayList<>();
    for (String parcel : parcels) {
      handles.add(dbos.start(PACK, parcel, options.withId(parcel)));
    }
    return handles;
  }

  static void await(List<WorkflowHandle<String>> handles) {
    handles.forEach(handle -> handle.result(Eventually.BOUND));
  }

  @Override
  public void close() {
    gated = false;
    gate.release(1_000_000);
    packers.forEach(DBOS::close);
  }
}
