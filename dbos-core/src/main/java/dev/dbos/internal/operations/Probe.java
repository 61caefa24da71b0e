package dev.dbos.internal.operations;

import dev.dbos.observe.Health.Answer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a database for something, and does not wait longer than it may. A database that hangs is
 * asked by one thread, however often it is looked at.
 */
final class Probe<T> {
  private final String name;
  private final String described;
  private final Supplier<T> question;
  private @Nullable CompletableFuture<Timed<T>> pending;

  /**
   * Asks {@code question} of the database {@code name}, which a sentence begins with as described.
   */
  Probe(String name, String described, Supplier<T> question) {
    this.name = name;
    this.described = described;
    this.question = question;
  }

  private record Timed<T>(T value, Duration latency) {}

  /** What came back in time: an answer, or what is wrong. */
  record Sample<T>(Answer answer, @Nullable T value, @Nullable String problem) {}

  /** An answer that is being waited for. */
  final class Asked {
    private final CompletableFuture<Timed<T>> answer;

    private Asked(CompletableFuture<Timed<T>> answer) {
      this.answer = answer;
    }

    /** What came back, if it came before the deadline. */
    Sample<T> by(long deadlineNanos, Duration timeout) {
      try {
        long left = Math.max(0, deadlineNanos - System.nanoTime());
        Timed<T> timed = answer.get(left, TimeUnit.NANOSECONDS);
        return new Sample<>(new Answer(name, true, timed.latency()), timed.value(), null);
      } catch (TimeoutException hangs) {
        return failed(timeout, "did not answer within " + timeout.toMillis() + " ms.");
      } catch (ExecutionException failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        return failed(timeout, "does not answer: " + cause.getMessage());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return failed(timeout, "was not waited for, since the thread was interrupted.");
      }
    }
  }

  /** Asks, unless the last question is not answered yet. */
  synchronized Asked ask() {
    CompletableFuture<Timed<T>> asked = pending;
    if (asked == null || asked.isDone()) {
      CompletableFuture<Timed<T>> next = new CompletableFuture<>();
      Thread.ofVirtual().name("dbos health " + name).start(() -> answer(next));
      pending = next;
      asked = next;
    }
    return new Asked(asked);
  }

  private void answer(CompletableFuture<Timed<T>> asked) {
    long begunAt = System.nanoTime();
    try {
      T value = question.get();
      asked.complete(new Timed<>(value, Duration.ofNanos(System.nanoTime() - begunAt)));
    } catch (Throwable failure) {
      asked.completeExceptionally(failure);
    }
  }

  private Sample<T> failed(Duration timeout, String problem) {
    return new Sample<>(new Answer(name, false, timeout), null, described + " " + problem);
  }
}
