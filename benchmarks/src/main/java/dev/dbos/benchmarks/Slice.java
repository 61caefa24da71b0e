package dev.dbos.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * One round of one contender.
 *
 * @param workflows how many were run
 * @param rate of them per second
 * @param latencies of each, ns; empty when they were not run one by one
 * @param clientCpuNanos processor time of this process
 * @param serverCpuNanos processor time of the server
 */
record Slice(
    long workflows, double rate, Histogram latencies, long clientCpuNanos, long serverCpuNanos) {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /** From more clients on they are virtual threads. */
  private static final int PLATFORM_THREADS = 64;

  private static final AtomicLong IDS = new AtomicLong();

  /** Something that runs one workflow to its end. */
  @FunctionalInterface
  interface Unit {
    void run(String id) throws Exception;
  }

  /** Runs workflows for so long, on as many threads as there are clients. */
  static Slice measure(
      Contender contender, Workload workload, int clients, Duration duration, ServerCpu server)
      throws InterruptedException, ExecutionException {
    return measure(id -> contender.run(workload, id), clients, duration, server);
  }

  /** Runs something for so long, on as many threads as there are clients. */
  static Slice measure(Unit unit, int clients, Duration duration, ServerCpu server)
      throws InterruptedException, ExecutionException {
    Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, 3);
    long serverBefore = server.nanos();
    long clientBefore = cpuNanos();
    long begin = System.nanoTime();
    long deadline = begin + duration.toNanos();
    try (ExecutorService callers =
        clients > PLATFORM_THREADS
            ? Executors.newVirtualThreadPerTaskExecutor()
            : Executors.newFixedThreadPool(clients)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        runs.add(
            callers.submit(
                () -> {
                  runUntil(deadline, unit, latencies);
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
    return new Slice(
        latencies.getTotalCount(),
        latencies.getTotalCount() * 1e9 / (System.nanoTime() - begin),
        latencies,
        cpuNanos() - clientBefore,
        server.nanos() - serverBefore);
  }

  /**
   * One round of something that takes a number of workflows from the first to the last by itself.
   */
  static Slice measure(long workflows, Callable<Long> nanos, ServerCpu server) throws Exception {
    long serverBefore = server.nanos();
    long clientBefore = cpuNanos();
    double took = nanos.call();
    return new Slice(
        workflows,
        workflows * 1e9 / took,
        new Histogram(LONGEST_NANOS, 3),
        cpuNanos() - clientBefore,
        server.nanos() - serverBefore);
  }

  /** The same with another unit, of which there are so many in a workflow. */
  Slice of(long units) {
    return new Slice(workflows * units, rate * units, latencies, clientCpuNanos, serverCpuNanos);
  }

  private static long cpuNanos() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }

  private static void runUntil(long deadline, Unit unit, Histogram latencies) throws Exception {
    for (long before = System.nanoTime(); before < deadline; ) {
      unit.run(nextId());
      long after = System.nanoTime();
      latencies.recordValue(Math.min(after - before, LONGEST_NANOS));
      before = after;
    }
  }

  /** An id that no workflow has had. */
  static String nextId() {
    return "order-" + IDS.incrementAndGet();
  }
}
