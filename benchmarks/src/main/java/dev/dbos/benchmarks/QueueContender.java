package dev.dbos.benchmarks;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Somebody who has a queue and works through it. */
interface QueueContender extends AutoCloseable {
  String name();

  /** Puts one into the queue; durable when it returns. */
  void enqueue(String id) throws Exception;

  /** Who is told from now on when the body of one begins. */
  void whenBegun(Consumer<String> told);

  /** How often it looks into its queue when nothing else tells it to. */
  default Duration poll() {
    return Duration.ofMillis(100);
  }

  /** A query for the number of those that have not ended. */
  String unfinished();

  /** A query for the number of those that have ended well; nothing when they are not kept. */
  Optional<String> finished();

  @Override
  void close();
}
