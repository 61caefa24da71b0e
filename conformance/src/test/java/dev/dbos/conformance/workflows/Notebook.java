package dev.dbos.conformance.workflows;

import dev.dbos.observe.DbosListener;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Occurrence;
import dev.dbos.observe.Operation;
import dev.dbos.observe.Vitals;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told. */
final class Notebook implements DbosListener {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Occurrence> occurrences = new CopyOnWriteArrayList<>();
  private final List<Ending> endings = new CopyOnWriteArrayList<>();
  private final List<Vitals> launched = new CopyOnWriteArrayList<>();

  List<String> lines() {
    return lines;
  }

  List<Ending> endings() {
    return endings;
  }

  List<Vitals> launched() {
    return launched;
  }

  <O extends Occurrence> List<O> occurrences(Class<O> type) {
    return occurrences.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public void launched(Vitals vitals) {
    launched.add(vitals);
  }

  @Override
  public void closed(Vitals vitals) {
    lines.add("closed");
  }

  @Override
  public Observation asked(Operation operation) {
    String what = operation.getClass().getSimpleName() + " " + operation.name();
    lines.add("asked " + what);
    return new Observation() {
      @Override
      public Scope begun() {
        lines.add("begun " + what);
        return () -> lines.add("left " + what);
      }

      @Override
      public void ended(Ending ending) {
        endings.add(ending);
        lines.add("ended " + what + " " + ending.outcome() + " after " + ending.attempts());
      }
    };
  }

  @Override
  public void happened(Occurrence occurrence) {
    occurrences.add(occurrence);
  }
}
