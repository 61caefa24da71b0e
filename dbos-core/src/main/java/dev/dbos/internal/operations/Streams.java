package dev.dbos.internal.operations;

import dev.dbos.internal.store.Named;
import dev.dbos.internal.store.StreamStore;
import dev.dbos.internal.text.StoredName;
import dev.dbos.internal.watch.Channel;
import dev.dbos.internal.watch.Topic;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import java.lang.reflect.Type;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The values that workflows append to streams. */
public final class Streams {
  private static final String WRITE = "DBOS.writeStream";
  private static final String STREAM = "key of a stream";
  private static final String CLOSE = "DBOS.closeStream";

  private final SystemAccess access;

  /** The streams of the workflows of a system database. */
  public Streams(SystemAccess access) {
    this.access = access;
  }

  /** Appends a value to a stream of the workflow whose body or step this thread is in. */
  public void write(String operation, String key, @Nullable Object value) {
    StoredName.require(STREAM, key);
    Payload payload = access.codec().portableOutput(value);
    if (StreamStore.isEnd(payload)) {
      throw new IllegalArgumentException(
          "The text " + payload.outputText() + " marks the end of a stream and cannot be a value.");
    }
    Own own = Own.of(operation, access);
    own.write(
        WRITE,
        (dsl, stepId) -> {
          OptionalInt offset = StreamStore.append(dsl, own.workflowId(), stepId, key, payload);
          return offset.isPresent() ? Payload.NOTHING : access.codec().error(closed(own, key));
        });
    tell(own, key);
  }

  private static IllegalStateException closed(Own own, String key) {
    return new IllegalStateException(
        "Stream "
            + key
            + " of workflow "
            + own.workflowId()
            + " was closed; nobody would read what is written behind its end.");
  }

  /** Ends a stream of the workflow whose body or step this thread is in. */
  public void close(String operation, String key) {
    StoredName.require(STREAM, key);
    Own own = Own.of(operation, access);
    own.write(
        CLOSE,
        (dsl, stepId) -> {
          StreamStore.append(dsl, own.workflowId(), stepId, key, StreamStore.END);
          return Payload.NOTHING;
        });
    tell(own, key);
  }

  private void tell(Own own, String key) {
    access.watcher().changed(Topic.of(Channel.STREAMS, new Named(own.workflowId(), key)));
  }

  /** Reads a stream of any workflow. */
  public <T extends @Nullable Object> StreamReader<T> read(
      String operation, Named stream, Type type, StreamOptions options) {
    return new StoredStream<>(access, operation, stream, type, options);
  }
}
