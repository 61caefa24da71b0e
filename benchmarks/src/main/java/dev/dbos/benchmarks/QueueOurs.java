package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** This library. */
final class QueueOurs implements QueueContender {
  private static final WorkflowDefinition<Void, Integer> NOTHING =
      WorkflowDefinition.of("nothing", Void.class, Integer.class);
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("work");

  private final DBOS dbos;
  private volatile Consumer<String> told = id -> {};

  private QueueOurs(String url) {
    this.dbos =
        DBOS.builder("benchmark")
            .systemDatabaseUrl(url)
            .queue(Queue.named("work"))
            .workflow(
                NOTHING,
                none -> {
                  told.accept("");
                  return 1;
                })
            .launch();
  }

  static QueueContender open(String url) {
    return new QueueOurs(url);
  }

  /** How long three executors take for so many, in nanoseconds. */
  static long drainLimited(String url, int count, int starts, Duration period) throws Exception {
    CountDownLatch begun = new CountDownLatch(count);
    List<DBOS> executors = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        DbosBuilder executor =
            DBOS.builder("benchmark")
                .systemDatabaseUrl(url)
                .executorId("executor-" + i)
                .queue(Queue.named("work").withRateLimit(starts, period))
                .workflow(
                    NOTHING,
                    none -> {
                      begun.countDown();
                      return 1;
                    });
        executors.add(executor.launch());
      }
      long start = System.nanoTime();
      executors.getFirst().enqueueAll(NOTHING, Collections.<Void>nCopies(count, null), QUEUED);
      begun.await();
      return System.nanoTime() - start;
    } finally {
      executors.forEach(DBOS::close);
    }
  }

  @Override
  public String name() {
    return "dbos";
  }

  @Override
  public void enqueue(String id) {
    dbos.start(NOTHING, null, QUEUED.withId(id));
  }

  @Override
  public String unfinished() {
    return "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING')";
  }

  @Override
  public Optional<String> finished() {
    return Optional.of("SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'");
  }

  @Override
  public void whenBegun(Consumer<String> listener) {
    told = listener;
  }

  @Override
  public void close() {
    dbos.close();
  }
}
