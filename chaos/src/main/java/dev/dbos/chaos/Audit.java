package dev.dbos.chaos;

import dev.dbos.chaos.Books.Entry;
import dev.dbos.chaos.Books.StoredStep;
import dev.dbos.chaos.Books.StoredWorkflow;
import dev.dbos.chaos.Twist.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compares what the databases hold with what must have come of it, from the databases alone: each
 * workflow has ended as its order wants it, with each step recorded once and without holes; each
 * transaction has left its entry once, the very one whose result is recorded; the accounts are the
 * sums of their entries; nothing else is left.
 */
final class Audit {
  private final Site site;
  private final Books books;
  private final long seed;
  private final List<String> violations = new ArrayList<>();

  private Audit(Site site, Books books, long seed) {
    this.site = site;
    this.books = books;
    this.seed = seed;
  }

  /** What is wrong, in words. */
  static List<String> violations(Site site, Books books, long seed) {
    Audit audit = new Audit(site, books, seed);
    audit.checkStrangers();
    audit.checkAccounts();
    books.workflows().values().forEach(audit::checkWorkflow);
    books.uselessOutputRows().forEach(row -> audit.violated("left behind: " + row));
    return audit.violations;
  }

  private void violated(String what) {
    violations.add(what);
  }

  private void check(boolean holds, StoredWorkflow workflow, String what) {
    if (!holds) {
      violated(workflow.name() + " " + workflow.id() + " (" + workflow.status() + "): " + what);
    }
  }

  /** Rows of workflows that are not there. */
  private void checkStrangers() {
    Stream.of(books.entries().keySet(), books.steps().keySet(), books.cancellations().keySet())
        .flatMap(Set::stream)
        .distinct()
        .filter(id -> !books.workflows().containsKey(id))
        .forEach(id -> violated("there are rows of workflow " + id + ", but no such workflow"));
  }

  /** No money is made or lost: an account is what was in it and what its entries say. */
  private void checkAccounts() {
    for (Store store : Store.values()) {
      for (Map.Entry<Integer, Long> account : books.balances(store).entrySet()) {
        long expected =
            Bank.OPENING_BALANCE
                + books.entries().values().stream()
                    .flatMap(List::stream)
                    .filter(entry -> entry.store() == store)
                    .filter(entry -> entry.account() == account.getKey())
                    .mapToLong(Entry::change)
                    .sum();
        if (expected != account.getValue()) {
          violated(
              "account %d of %s holds %d, its entries say %d"
                  .formatted(account.getKey(), store, account.getValue(), expected));
        }
      }
    }
  }

  private void checkWorkflow(StoredWorkflow workflow) {
    Course course = Course.of(workflow, Order.of(seed, workflow.id()));
    if (isLeftCancelled(workflow)) {
      checkPartOf(workflow, course);
      return;
    }
    boolean fails = course.verdict() == Verdict.FAILED;
    if (!workflow.status().equals(fails ? "ERROR" : "SUCCESS")) {
      // All else would follow from that.
      check(false, workflow, "has to end otherwise; its error is " + workflow.error());
      return;
    }
    check(workflow.completed(), workflow, "has no time of its end");
    checkSteps(workflow, course, course.steps().size());
    checkEntries(workflow, course.legs());
    checkOutcome(workflow, course);
    if (!workflow.isTransfer()) {
      return;
    }
    List<String> announced =
        course.verdict() == Verdict.REFUSED ? List.of() : List.of(ticket(workflow));
    check(
        books.events(workflow.id()).equals(announced),
        workflow,
        "has the events " + books.events(workflow.id()));
  }

  /** Whether it may be, and is, cancelled; reports one that must be and is not. */
  private boolean isLeftCancelled(StoredWorkflow workflow) {
    String asked = books.cancellations().get(workflow.id());
    boolean cancelled = workflow.status().equals("CANCELLED");
    if (Canceller.CANCELLED.equals(asked) && !cancelled) {
      check(false, workflow, "was cancelled, but did not stay so");
    }
    return cancelled && asked != null && !asked.equals(Canceller.RESUMED);
  }

  /** A cancelled one has done a part of its steps, and of those under way perhaps the effect. */
  private void checkPartOf(StoredWorkflow workflow, Course course) {
    List<StoredStep> steps = books.steps(workflow.id());
    checkSteps(workflow, course, Math.min(steps.size(), course.steps().size()));
    check(workflow.output() == null, workflow, "has an output");
    for (Leg leg : course.legs()) {
      List<Entry> entries = entries(workflow, leg);
      boolean recorded = steps.stream().anyMatch(step -> step.name().equals(leg.step()));
      boolean apart = !site.areOne(leg.store(), Store.SYSTEM);
      check(
          entries.size() == 1 || (entries.isEmpty() && !recorded),
          workflow,
          leg + " has " + entries.size() + " entries, recorded: " + recorded);
      check(
          recorded || apart || entries.isEmpty(),
          workflow,
          leg + " was done though its step was refused");
    }
  }

  private void checkSteps(StoredWorkflow workflow, Course course, int count) {
    List<String> expected = course.steps().subList(0, count);
    List<StoredStep> steps = books.steps(workflow.id());
    // What runs beside others may be recorded before them when a workflow is cancelled.
    if (!steps.stream().map(StoredStep::name).toList().equals(expected)) {
      boolean mayHaveGap = workflow.status().equals("CANCELLED");
      boolean fits =
          mayHaveGap
              && steps.stream()
                  .allMatch(
                      step ->
                          step.id() < course.steps().size()
                              && course.steps().get(step.id()).equals(step.name()));
      check(fits, workflow, "has the steps " + steps + " instead of " + expected);
      return;
    }
    for (int i = 0; i < count; i++) {
      check(
          steps.get(i).id() == i || workflow.status().equals("CANCELLED"),
          workflow,
          "has step " + steps.get(i).id() + " in place " + i);
    }
  }

  /** Each leg has one entry, with the token that is the step's recorded result. */
  private void checkEntries(StoredWorkflow workflow, List<Leg> legs) {
    check(
        books.entries(workflow.id()).size() == legs.size(),
        workflow,
        "has the entries " + books.entries(workflow.id()) + " instead of " + legs);
    for (Leg leg : legs) {
      List<Entry> entries = entries(workflow, leg);
      if (entries.size() != 1) {
        check(false, workflow, leg + " was done " + entries.size() + " times");
        continue;
      }
      String recorded =
          books.steps(workflow.id()).stream()
              .filter(step -> step.name().equals(leg.step()))
              .map(step -> String.valueOf(step.output()))
              .findFirst()
              .orElse("nothing");
      check(
          recorded.equals(quoted(entries.getFirst().token())),
          workflow,
          leg + " is recorded as " + recorded + ", but left " + entries.getFirst());
      check(
          quoted(entries.getFirst().ticket()).equals(ticket(workflow)),
          workflow,
          leg + " has another ticket than was drawn: " + entries.getFirst());
    }
  }

  /** What the workflow returned is what its steps are recorded with. */
  private void checkOutcome(StoredWorkflow workflow, Course course) {
    if (course.verdict() == Verdict.FAILED) {
      check(workflow.output() == null, workflow, "has an output");
      check(
          String.valueOf(workflow.error()).contains(unquoted(ticket(workflow))),
          workflow,
          "failed otherwise: " + workflow.error());
      return;
    }
    String output = String.valueOf(workflow.output());
    List<String> results =
        books.steps(workflow.id()).stream()
            .filter(step -> course.tells(step.name()))
            .filter(step -> step.output() != null)
            .map(step -> unquoted(Objects.requireNonNull(step.output())))
            .toList();
    for (String result : results) {
      check(output.contains(result), workflow, "returned " + output + " without " + result);
    }
    check(
        !workflow.isTransfer() || output.startsWith("\"" + course.verdict() + "|"),
        workflow,
        "returned " + output + " instead of " + course.verdict());
  }

  private List<Entry> entries(StoredWorkflow workflow, Leg leg) {
    return books.entries(workflow.id()).stream()
        .filter(entry -> entry.leg().equals(leg.step()))
        .toList();
  }

  /** The number that the transfer drew, as it is recorded. */
  private String ticket(StoredWorkflow workflow) {
    String transfer =
        workflow.isTransfer() ? workflow.id() : Objects.requireNonNullElse(workflow.parent(), "");
    return books.steps(transfer).stream()
        .findFirst()
        .map(step -> String.valueOf(step.output()))
        .orElse("\"none\"");
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  private static String unquoted(String json) {
    return json.replace("\"", "");
  }
}
