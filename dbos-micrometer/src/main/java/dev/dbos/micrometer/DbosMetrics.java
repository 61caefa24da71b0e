package dev.dbos.micrometer;

import dev.dbos.observe.DbosListener;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Occurrence;
import dev.dbos.observe.Operation;
import dev.dbos.observe.OutboxBacklog;
import dev.dbos.observe.PoolUse;
import dev.dbos.observe.Vitals;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * Meters what a runtime does: {@code DBOS.builder(...).listener(new DbosMetrics(registry))}.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><td>dbos.workflow</td><td>timer of runs; name, outcome</td></tr>
 * <tr><td>dbos.step</td><td>timer of plain steps with all attempts; name, outcome</td></tr>
 * <tr><td>dbos.transaction</td><td>timer of transactions with all attempts; name, datasource,
 *     outcome</td></tr>
 * <tr><td>dbos.step.retries</td><td>counter; name</td></tr>
 * <tr><td>dbos.transaction.conflicts, dbos.transaction.connections.lost,
 *     dbos.transaction.commits.unknown</td><td>counters; name, datasource</td></tr>
 * <tr><td>dbos.journal.batch</td><td>summary of the checkpoints in a commit</td></tr>
 * <tr><td>dbos.journal.write, dbos.journal.lag</td><td>timers of batches, and of the longest wait
 *     in each</td></tr>
 * <tr><td>dbos.journal.backlog, dbos.workflows.running</td><td>gauges</td></tr>
 * <tr><td>dbos.outbox.waiting, dbos.outbox.age, dbos.outbox.set.aside</td><td>gauges of outboxes in
 *     other databases than the system's: entries that wait, seconds the oldest has waited, entries
 *     that were refused; datasource</td></tr>
 * <tr><td>dbos.pool.active, dbos.pool.idle, dbos.pool.waiting, dbos.pool.maximum</td><td>gauges;
 *     pool</td></tr>
 * </table>
 *
 * <p>All have the tag {@code application}. Names of workflows and steps become tags, so they should
 * be few. The gauges go when the runtime closes. Thread-safe.
 */
public final class DbosMetrics implements DbosListener {
  private static final String APPLICATION = "application";

  private final MeterRegistry registry;
  private final Map<Vitals, List<Meter>> gauges = new ConcurrentHashMap<>();
  private volatile Tags tags = Tags.of(APPLICATION, "none");

  /** Puts the meters into {@code registry}; one for each runtime. */
  public DbosMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void launched(Vitals vitals) {
    tags = Tags.of(APPLICATION, vitals.applicationName());
    List<Meter> added = new ArrayList<>();
    added.add(gauge("dbos.workflows.running", tags, vitals, Vitals::runningWorkflows));
    added.add(gauge("dbos.journal.backlog", tags, vitals, Vitals::journalBacklog));
    for (PoolUse pool : vitals.pools()) {
      Tags ofPool = tags.and("pool", pool.name());
      added.add(gauge("dbos.pool.active", ofPool, vitals, use(pool, PoolUse::active)));
      added.add(gauge("dbos.pool.idle", ofPool, vitals, use(pool, PoolUse::idle)));
      added.add(gauge("dbos.pool.waiting", ofPool, vitals, use(pool, PoolUse::waiting)));
      added.add(gauge("dbos.pool.maximum", ofPool, vitals, use(pool, PoolUse::maximum)));
    }
    for (OutboxBacklog outbox : vitals.outboxBacklogs()) {
      Tags ofOutbox = tags.and("datasource", outbox.datasource());
      added.add(gauge("dbos.outbox.waiting", ofOutbox, vitals, in(outbox, OutboxBacklog::waiting)));
      added.add(gauge("dbos.outbox.age", ofOutbox, vitals, in(outbox, DbosMetrics::seconds)));
      added.add(
          gauge("dbos.outbox.set.aside", ofOutbox, vitals, in(outbox, OutboxBacklog::setAside)));
    }
    gauges.put(vitals, added);
  }

  private Meter gauge(String name, Tags ofGauge, Vitals vitals, ToDoubleFunction<Vitals> measured) {
    return Gauge.builder(name, vitals, measured)
        .tags(ofGauge)
        .strongReference(true)
        .register(registry);
  }

  private static ToDoubleFunction<Vitals> use(PoolUse pool, ToDoubleFunction<PoolUse> measured) {
    return vitals ->
        vitals.pools().stream()
            .filter(other -> other.name().equals(pool.name()))
            .mapToDouble(measured)
            .findFirst()
            .orElse(Double.NaN);
  }

  private static ToDoubleFunction<Vitals> in(
      OutboxBacklog outbox, ToDoubleFunction<OutboxBacklog> measured) {
    return vitals ->
        vitals.outboxBacklogs().stream()
            .filter(other -> other.datasource().equals(outbox.datasource()))
            .mapToDouble(measured)
            .findFirst()
            .orElse(Double.NaN);
  }

  private static double seconds(OutboxBacklog outbox) {
    return outbox.age().orElse(Duration.ZERO).toMillis() / 1_000.0;
  }

  @Override
  public void closed(Vitals vitals) {
    List<Meter> added = gauges.remove(vitals);
    if (added != null) {
      added.forEach(registry::remove);
    }
  }

  @Override
  public Observation asked(Operation operation) {
    return new Observation() {
      @Override
      public void ended(Ending ending) {
        timer(operation, ending).record(ending.duration());
      }
    };
  }

  private Timer timer(Operation operation, Ending ending) {
    Tags common =
        tags.and(
            "name", operation.name(), "outcome", ending.outcome().name().toLowerCase(Locale.ROOT));
    return switch (operation) {
      case Operation.Workflow workflow -> registry.timer("dbos.workflow", common);
      case Operation.Step step -> registry.timer("dbos.step", common);
      case Operation.Transaction transaction ->
          registry.timer("dbos.transaction", common.and("datasource", transaction.datasource()));
    };
  }

  @Override
  public void happened(Occurrence occurrence) {
    switch (occurrence) {
      case Occurrence.StepRetried retried ->
          registry.counter("dbos.step.retries", tags.and("name", retried.step())).increment();
      case Occurrence.TransactionConflicted conflict ->
          count("conflicts", conflict.transaction(), conflict.datasource());
      case Occurrence.ConnectionLost lost ->
          count("connections.lost", lost.transaction(), lost.datasource());
      case Occurrence.CommitUnknown unknown ->
          count("commits.unknown", unknown.transaction(), unknown.datasource());
      case Occurrence.JournalWritten written -> written(written);
    }
  }

  private void count(String what, String transaction, String datasource) {
    registry
        .counter(
            "dbos.transaction." + what, tags.and("name", transaction, "datasource", datasource))
        .increment();
  }

  private void written(Occurrence.JournalWritten batch) {
    DistributionSummary.builder("dbos.journal.batch")
        .tags(tags)
        .register(registry)
        .record(batch.checkpoints());
    registry.timer("dbos.journal.write", tags).record(batch.duration());
    registry.timer("dbos.journal.lag", tags).record(batch.lag());
  }
}
