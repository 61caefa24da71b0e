package dev.dbos.workflow;

import dev.dbos.internal.cron.CronExpression;
import dev.dbos.internal.cron.Ticks;
import dev.dbos.serialization.PortableJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Starts a workflow again and again, at the times of a cron expression: by default in UTC, without
 * a queue, and without making up for what was missed. Each tick starts one workflow, however many
 * processes there are, under the id {@code sched-<name>-<moment>}. Immutable.
 *
 * <p>The expression has five fields, minute, hour, day of month, month and day of week, or six with
 * the second first. A field is {@code *}, a number, a range {@code 1-5}, a step {@code *}{@code
 * /15}, or a list of these; months and days of the week also by their English names ({@code
 * MON-FRI}, Sunday is 0 or 7), {@code L} for the last day of a month, {@code 5#2} for its second
 * Friday. When both the day of the month and the day of the week are given, either is enough.
 *
 * <p>Where clocks change: a schedule that has ticks in every hour of the day keeps its rhythm. Any
 * other means certain times of the day, each of which comes once: at the first of two hours of the
 * same name, and in an hour that does not exist at the moment of the change.
 */
public final class Schedule {
  private static final PortableJson JSON = new PortableJson();
  private static final ZoneId UTC = ZoneId.of("UTC");

  private final String name;
  private final String cron;
  private final String workflowName;
  private final String context;
  private final Terms terms;

  /** How it is done. */
  private record Terms(ZoneId zone, Misfire misfire, @Nullable String queueName) {}

  private Schedule(String name, String cron, String workflowName, String context, Terms terms) {
    this.name = name;
    this.cron = cron;
    this.workflowName = workflowName;
    this.context = context;
    this.terms = terms;
  }

  /**
   * Starts a workflow at the times of {@code cron}, without a context.
   *
   * @param name unique in the system database
   * @throws IllegalArgumentException when {@code name} is blank, or {@code cron} is no cron
   *     expression or means no time at all
   */
  public static <C> Schedule of(String name, String cron, WorkflowDefinition<Tick<C>, ?> workflow) {
    return of(name, cron, workflow.name(), null);
  }

  /**
   * Starts a workflow at the times of {@code cron}.
   *
   * @param context what each of its workflows gets
   * @throws dev.dbos.error.SerializationException when {@code context} has no portable form
   * @see #of(String, String, WorkflowDefinition)
   */
  public static <C> Schedule of(
      String name, String cron, WorkflowDefinition<Tick<C>, ?> workflow, C context) {
    return of(name, cron, workflow.name(), context);
  }

  /**
   * Starts a workflow that is known by its name only, as a client knows it.
   *
   * @param context what each of its workflows gets; null for nothing
   * @see #of(String, String, WorkflowDefinition, Object)
   */
  public static Schedule of(
      String name, String cron, String workflowName, @Nullable Object context) {
    if (name.isBlank() || workflowName.isBlank()) {
      throw new IllegalArgumentException(
          "A schedule and its workflow need names that are not blank.");
    }
    CronExpression.parse(cron);
    return new Schedule(
        name,
        cron.strip(),
        workflowName,
        JSON.encodeValue(context),
        new Terms(UTC, Misfire.SKIP, null));
  }

  /** With the expression's times in this zone; default UTC. */
  public Schedule withZone(ZoneId zone) {
    return with(new Terms(Objects.requireNonNull(zone), terms.misfire(), terms.queueName()));
  }

  /**
   * With the expression's times in the zone of this name, for example {@code Europe/Berlin}.
   *
   * @throws IllegalArgumentException when there is no such zone
   */
  public Schedule withZone(String zoneName) {
    try {
      return withZone(ZoneId.of(zoneName));
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException(
          "Invalid timezone: '" + zoneName + "'. It takes a name like Europe/Berlin.", unknown);
    }
  }

  /** With this done about missed ticks; default {@link Misfire#SKIP}. */
  public Schedule withMisfire(Misfire policy) {
    return with(new Terms(terms.zone(), Objects.requireNonNull(policy), terms.queueName()));
  }

  /** With its workflows in this queue, which has to be registered; default in none. */
  public Schedule withQueue(String queueName) {
    return with(new Terms(terms.zone(), terms.misfire(), Objects.requireNonNull(queueName)));
  }

  private Schedule with(Terms changed) {
    return new Schedule(name, cron, workflowName, context, changed);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** The cron expression. */
  public String cron() {
    return cron;
  }

  /** The name of the workflow it starts. */
  public String workflowName() {
    return workflowName;
  }

  /** What each of its workflows gets, as JSON. */
  public String contextJson() {
    return context;
  }

  /** The zone of the expression's times. */
  public ZoneId zone() {
    return terms.zone();
  }

  /** What is done about missed ticks. */
  public Misfire misfire() {
    return terms.misfire();
  }

  /** The queue of its workflows; empty for none. */
  public Optional<String> queueName() {
    return Optional.ofNullable(terms.queueName());
  }

  /** The first tick after {@code moment}; empty when there is none. */
  public Optional<Instant> nextAfter(Instant moment) {
    return new Ticks(CronExpression.parse(cron), zone()).after(moment);
  }

  @Override
  public String toString() {
    return "schedule " + name + " (" + cron + ", " + zone() + ")";
  }
}
