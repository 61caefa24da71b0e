package dev.dbos.benchmarks;

import java.util.function.Consumer;

/** Somebody who has a queue and works through it. */
interface QueueContender extends AutoCloseable {
  String name();

  /** Puts one into the queue; durable when it returns. */
  void enqueue(String id) throws Exception;

  /** Who is told from now on when the body of one begins. */
  void whenBegun(Consumer<String> told);

  @Override
  void close();
}
