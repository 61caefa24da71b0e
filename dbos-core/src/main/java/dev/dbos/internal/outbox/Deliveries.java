package dev.dbos.internal.outbox;

import dev.dbos.error.DbosException;
import dev.dbos.internal.operations.Enqueueing;
import dev.dbos.internal.operations.Letter;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.EnqueueStore;
import dev.dbos.internal.store.Enqueued;
import dev.dbos.internal.store.EventStore;
import dev.dbos.internal.store.Named;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;

/**
 * Writes entries into the system database, in their order and in one transaction. An entry that the
 * system database has no use for is refused before anything of it is written, and keeps none of the
 * others back.
 */
final class Deliveries {
  private final SystemAccess access;
  private final DSLContext dsl;
  private final News news = new News();
  private final List<String> delivered = new ArrayList<>();
  private final Map<String, String> refused = new LinkedHashMap<>();

  private Deliveries(SystemAccess access, DSLContext dsl) {
    this.access = access;
    this.dsl = dsl;
  }

  /**
   * What became of entries.
   *
   * @param delivered the entries that have arrived
   * @param refused the others, and why
   * @param news what to tell once this is durable
   */
  record Result(List<String> delivered, Map<String, String> refused, News news) {}

  /** Writes {@code entries}. */
  static Result write(SystemAccess access, DSLContext dsl, List<Entry> entries) {
    Deliveries deliveries = new Deliveries(access, dsl);
    deliveries.write(entries);
    return new Result(deliveries.delivered, deliveries.refused, deliveries.news);
  }

  private record Opened<P extends Parcel>(String entry, P parcel) {}

  private void write(List<Entry> entries) {
    List<Opened<Parcel.Start>> starts = new ArrayList<>();
    List<Opened<Parcel.Send>> sends = new ArrayList<>();
    for (Entry entry : entries) {
      Parcel parcel;
      try {
        parcel = Parcel.decode(entry.kind(), entry.payload());
      } catch (DbosException | IllegalArgumentException unreadable) {
        refuse(entry.id(), unreadable);
        continue;
      }
      // Neighbours of one kind are written together; a change of kind ends that.
      if (!(parcel instanceof Parcel.Start)) {
        start(starts);
      }
      if (!(parcel instanceof Parcel.Send)) {
        send(sends);
      }
      switch (parcel) {
        case Parcel.Start start -> {
          // Of two under one id the second has to find the first.
          if (starts.stream()
              .anyMatch(other -> other.parcel().workflowId().equals(start.workflowId()))) {
            start(starts);
          }
          starts.add(new Opened<>(entry.id(), start));
        }
        case Parcel.Send send -> sends.add(new Opened<>(entry.id(), send));
        case Parcel.Event event -> set(new Opened<>(entry.id(), event));
      }
    }
    start(starts);
    send(sends);
  }

  private void refuse(String entry, Exception why) {
    refused.put(entry, String.valueOf(why.getMessage()));
  }

  private void start(List<Opened<Parcel.Start>> starts) {
    if (starts.isEmpty()) {
      return;
    }
    List<Enqueued> results =
        EnqueueStore.insert(dsl, starts.stream().map(start -> start.parcel().row()).toList());
    for (int i = 0; i < starts.size(); i++) {
      Parcel.Start start = starts.get(i).parcel();
      try {
        Enqueueing.idOf(start.row(), results.get(i), start.sharing());
        delivered.add(starts.get(i).entry());
        news.started(start.row());
      } catch (DbosException unwanted) {
        refuse(starts.get(i).entry(), unwanted);
      }
    }
    starts.clear();
  }

  private void send(List<Opened<Parcel.Send>> sends) {
    if (sends.isEmpty()) {
      return;
    }
    long first = access.times().sent().next(sends.size());
    Map<Letter, String> entries = new LinkedHashMap<>();
    List<Letter> letters = new ArrayList<>();
    for (Opened<Parcel.Send> send : sends) {
      Letter letter = send.parcel().letter(first + letters.size());
      letters.add(letter);
      entries.put(letter, send.entry());
    }
    Letter.Delivered result = Letter.deliver(dsl, letters, false);
    entries.forEach(
        (letter, entry) -> {
          if (result.unknown().contains(letter)) {
            refuse(entry, letter.unknown());
          } else {
            delivered.add(entry);
          }
        });
    news.sent(result.rows());
    sends.clear();
  }

  /** What a workflow set that is gone is of no use to anybody. */
  private void set(Opened<Parcel.Event> opened) {
    Parcel.Event event = opened.parcel();
    Named named = new Named(event.workflowId(), event.key());
    if (EventStore.setLate(dsl, named, event.incarnation(), event.stepId(), event.value())) {
      news.set(named);
    }
    delivered.add(opened.entry());
  }
}
