package dev.dbos.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What was measured of one peer at one workload with one number of clients, over all rounds. */
final class Cell {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final Peer peer;
  private final Workload workload;
  private final int clients;
  private final List<Double> rates = new ArrayList<>();
  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private long workflows;
  private long clientCpuNanos;
  private long serverCpuNanos;

  Cell(Peer peer, Workload workload, int clients) {
    this.peer = peer;
    this.workload = workload;
    this.clients = clients;
  }

  Peer peer() {
    return peer;
  }

  Workload workload() {
    return workload;
  }

  int clients() {
    return clients;
  }

  /** Adds a round. */
  void add(Slice slice) {
    rates.add(slice.rate());
    latencies.add(slice.latencies());
    workflows += slice.latencies().getTotalCount();
    clientCpuNanos += slice.clientCpuNanos();
    serverCpuNanos += slice.serverCpuNanos();
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
