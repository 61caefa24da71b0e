package dev.dbos.workflow;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The values of a workflow's stream in the order in which they were written, as they come. The
 * values end when the stream was closed, or when its workflow has ended, was cancelled or set
 * aside, and all that was written has been read.
 *
 * <p>Inside a workflow every value is a recorded step, so a replay reads the same.
 *
 * <p>For one thread, but {@link #close} may be called by any other and ends a wait.
 */
public interface StreamReader<T extends @Nullable Object> extends Iterable<T>, AutoCloseable {
  /**
   * The values not read yet; every call returns the same iterator.
   *
   * <p>{@code hasNext} waits for the next value. It is false at the end of the stream, and when
   * this was closed. It throws
   *
   * <ul>
   *   <li>{@link dev.dbos.error.WaitTimeoutException} when no value came in time; it may be called
   *       again
   *   <li>{@link dev.dbos.error.UnknownWorkflowException} when there is no such workflow
   *   <li>{@link dev.dbos.error.DbosClosedException} when this DBOS was closed meanwhile
   *   <li>{@link IllegalStateException} inside a transaction
   * </ul>
   *
   * <p>{@code next} throws {@link dev.dbos.error.SerializationException} for a value that cannot be
   * read as what was asked for, which is skipped then.
   */
  @Override
  Iterator<T> iterator();

  /** The offset of the next value: where another reader would go on. */
  int offset();

  /** The values not read yet, as a stream whose close closes this. */
  default Stream<T> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED), false)
        .onClose(this::close);
  }

  /** Reads no further; the stream itself is not touched. */
  @Override
  void close();
}
