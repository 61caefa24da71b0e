package dev.dbos;

import dev.dbos.internal.operations.Scheduling;
import dev.dbos.internal.operations.Scheduling.Existing;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.ScheduleStatus;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The schedules in a system database. They are fired by the processes of their application that
 * registered the workflow; a tick starts one workflow, whichever of them is first. Thread-safe.
 *
 * <p>Inside a workflow each of these is a recorded step of it, and a change commits together with
 * the step. Inside a transaction they are refused.
 */
public final class Schedules {
  private final SystemAccess access;
  private final Scheduling scheduling;

  Schedules(SystemAccess access) {
    this.access = access;
    this.scheduling = new Scheduling(access);
  }

  /**
   * Makes a schedule; its first tick is the next after now.
   *
   * @throws IllegalArgumentException when there is one of this name already, or its queue is not
   *     registered
   * @throws dev.dbos.error.WorkflowNotRegisteredException when its workflow is not registered; a
   *     client cannot know that
   * @throws dev.dbos.error.ConfigurationException when the name belongs to another application
   */
  public void create(Schedule schedule) {
    scheduling.put("Schedules.create", "DBOS.createSchedule", List.of(schedule), Existing.REFUSE);
  }

  /** Makes a schedule, or changes the one of its name; see {@link #apply(List)}. */
  public void apply(Schedule schedule) {
    apply(List.of(schedule));
  }

  /**
   * Makes schedules and changes those that are there, all or none. One that is there stays paused
   * if it was, and does not forget its last tick; ticks of a new expression count from now. Others
   * are left alone.
   *
   * @throws IllegalArgumentException when one name is there twice, or a queue is not registered
   * @see #create(Schedule)
   */
  public void apply(List<Schedule> schedules) {
    scheduling.put("Schedules.apply", "DBOS.applySchedules", schedules, Existing.REDEFINE);
  }

  /** The schedules of the application and those of none; for a client without one of all. */
  public List<ScheduleStatus> list() {
    return scheduling.list();
  }

  /** How the schedule of this name stands, of whatever application; empty when there is none. */
  public Optional<ScheduleStatus> find(String name) {
    return Optional.ofNullable(scheduling.find(name));
  }

  /**
   * Has a schedule start nothing until it is resumed. The ticks in between are never made up for,
   * unless by {@link #backfill}.
   *
   * @return whether it was not paused before
   * @throws IllegalArgumentException when it does not exist
   */
  public boolean pause(String name) {
    return scheduling.pause("Schedules.pause", "DBOS.pauseSchedule", name, true);
  }

  /**
   * Has a paused schedule go on with its next tick.
   *
   * @return whether it was paused before
   * @throws IllegalArgumentException when it does not exist
   */
  public boolean resume(String name) {
    return scheduling.pause("Schedules.resume", "DBOS.resumeSchedule", name, false);
  }

  /** Deletes a schedule, and nothing it has started; returns whether there was one. */
  public boolean delete(String name) {
    return scheduling.delete("Schedules.delete", name);
  }

  /**
   * Starts the workflow of a schedule for this moment, besides its ticks, also when it is paused.
   *
   * @return a handle on it, whose result is plain JSON values; {@link Workflows#retrieve(String,
   *     Class)} gives a typed one
   * @throws IllegalArgumentException when it does not exist
   */
  public WorkflowHandle<@Nullable Object> trigger(String name) {
    return new StoredHandle<>(access, scheduling.trigger("Schedules.trigger", name), Object.class);
  }

  /**
   * Starts the workflows of all ticks of a time, paused or not, except those that were started
   * already. Times that adjoin have no tick in common.
   *
   * @param from the first moment that counts
   * @param until the first that does not count any more; may be in the future
   * @return the ids of the workflows, those that were there already included
   * @throws IllegalArgumentException when the schedule does not exist, the time ends before it
   *     begins, or has more than 100,000 ticks
   */
  public List<String> backfill(String name, Instant from, Instant until) {
    return scheduling.backfill("Schedules.backfill", name, from, until);
  }
}
