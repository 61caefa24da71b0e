package dev.dbos.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What was measured for one line of the table, over all rounds. */
final class Cell {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final Subject subject;
  private final List<Double> rates = new ArrayList<>();
  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private long workflows;
  private long clientCpuNanos;
  private long serverCpuNanos;

  Cell(Subject subject) {
    this.subject = subject;
  }

  Subject subject() {
    return subject;
  }

  /** Adds a round. */
  void add(Slice slice) {
    rates.add(slice.rate());
    latencies.add(slice.latencies());
    workflows += slice.workflows();
    clientCpuNanos += slice.clientCpuNanos();
    serverCpuNanos += slice.serverCpuNanos();
  }

  /** Adds how long one took, where nothing but that is measured. */
  void add(long nanos) {
    latencies.recordValue(Math.min(nanos, LONGEST_NANOS));
  }

  /** Whether there is a rate, beside how long one takes. */
  boolean hasRate() {
    return !rates.isEmpty();
  }

  /** Whether it is known how long one takes. */
  boolean hasLatencies() {
    return latencies.getTotalCount() > 0;
  }

  /** How many times as fast as another: by the median rate, without rates by the median time. */
  double timesAsFastAs(Cell other) {
    return hasRate() ? median() / other.median() : other.millis(50) / millis(50);
  }

  /** Workflows per second in the median round. */
  double median() {
    return rates.stream().sorted().toList().get(rates.size() / 2);
  }

  /** Workflows per second in the slowest round. */
  double lowest() {
    return Collections.min(rates);
  }

  /** Workflows per second in the fastest round. */
  double highest() {
    return Collections.max(rates);
  }

  /** How long a workflow took at a percentile, ms. */
  double millis(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e6;
  }

  /** Processor time of this process for one workflow, µs. */
  double clientCpuMicros() {
    return clientCpuNanos / NANOS_PER_MICRO / workflows;
  }

  /** Processor time of the server for one workflow, µs; 0 when it is not known. */
  double serverCpuMicros() {
    return serverCpuNanos / NANOS_PER_MICRO / workflows;
  }
}
