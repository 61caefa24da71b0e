package dev.dbos.internal.outbox;

import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.operations.Letter;
import dev.dbos.serialization.Payload;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an entry of an outbox carries, and how it is written there: as JSON of the record. */
sealed interface Parcel {
  /** The workflow it is for. */
  String workflowId();

  /** What kind it is, as the table says it. */
  String kind();

  /** Those with the same key arrive in the order of their commits; null for one that needs none. */
  @Nullable String orderKey();

  /**
   * A workflow to be put into a queue.
   *
   * @param sharing whether another workflow with its deduplication id will do
   */
  record Start(
      String workflowId,
      String name,
      String inputs,
      String format,
      StartRow.Queued queued,
      StartRow.Terms terms,
      long createdAtMillis,
      boolean sharing)
      implements Parcel {
    static final String KIND = "start";

    static Start of(StartRow row, boolean sharing) {
      return new Start(
          row.workflowId(),
          row.name(),
          row.inputs(),
          row.format(),
          row.queued(),
          row.terms(),
          row.createdAtMillis(),
          sharing);
    }

    StartRow row() {
      return new StartRow(workflowId, name, inputs, format, queued, terms, createdAtMillis);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public @Nullable String orderKey() {
      return null;
    }
  }

  /** A message. It gets its time when it is delivered, so that messages keep their order. */
  record Send(
      String messageId,
      String workflowId,
      boolean forks,
      String topic,
      @Nullable String text,
      @Nullable String format)
      implements Parcel {
    static final String KIND = "send";

    static Send of(Letter letter) {
      return new Send(
          letter.id(),
          letter.destination(),
          letter.forks(),
          letter.topic(),
          letter.payload().outputText(),
          letter.payload().format());
    }

    Letter letter(long sentAtMillis) {
      return new Letter(
          messageId, workflowId, forks, topic, new Payload(text, null, format), sentAtMillis);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public String orderKey() {
      return workflowId;
    }
  }

  /**
   * An event.
   *
   * @param incarnation which life of the workflow has set it
   * @param stepId and which of its steps
   */
  record Event(
      String workflowId,
      long incarnation,
      int stepId,
      String key,
      @Nullable String text,
      @Nullable String format)
      implements Parcel {
    static final String KIND = "event";

    Payload value() {
      return new Payload(text, null, format);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public String orderKey() {
      return workflowId;
    }
  }

  /** As it is stored. */
  default String encode() {
    return PortableValues.JSON.encodeValue(this);
  }

  /**
   * Reads one.
   *
   * @throws dev.dbos.error.SerializationException when it is not one
   * @throws IllegalArgumentException when nobody here knows the kind
   */
  static Parcel decode(String kind, String text) {
    Class<? extends Parcel> type =
        switch (kind) {
          case Start.KIND -> Start.class;
          case Send.KIND -> Send.class;
          case Event.KIND -> Event.class;
          default ->
              throw new IllegalArgumentException(
                  "Entries of kind " + kind + " are not known to this version of the library.");
        };
    return (Parcel) Objects.requireNonNull(PortableValues.read(text, type));
  }
}
