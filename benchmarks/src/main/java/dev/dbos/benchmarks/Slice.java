package dev.dbos.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * @param rate workflows per second
 * @param latencies of each workflow, ns
 * @param clientCpuNanos processor time of this process
 * @param serverCpuNanos processor time of the server
 */
record Slice(double rate, Histogram latencies, long clientCpuNanos, long serverCpuNanos) {
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final AtomicLong IDS = new AtomicLong();

  /** Runs workflows for so long, on as many threads as there are clients. */
  static Slice measure(
      Contender contender, Workload workload, int clients, Duration duration, ServerCpu server)
      throws InterruptedException, ExecutionException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, 3);
    long serverBefore = server.nanos();
    long clientBefore = system.getProcessCpuTime();
    long begin = System.nanoTime();
    long deadline = begin + duration.toNanos();
    try (ExecutorService callers = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        runs.add(
            callers.submit(
                () -> {
                  runUntil(deadline, contender, workload, latencies);
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
    return new Slice(
        latencies.getTotalCount() * 1e9 / (System.nanoTime() - begin),
        latencies,
        system.getProcessCpuTime() - clientBefore,
        server.nanos() - serverBefore);
  }

  private static void runUntil(
      long deadline, Contender contender, Workload workload, Histogram latencies) throws Exception {
    for (long before = System.nanoTime(); before < deadline; ) {
      contender.run(workload, nextId());
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
