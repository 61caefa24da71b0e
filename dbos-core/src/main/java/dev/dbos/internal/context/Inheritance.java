package dev.dbos.internal.context;

import org.jspecify.annotations.Nullable;

/**
 * What a workflow hands down to those it starts.
 *
 * @param deadlineMillis when it is cancelled, epoch ms, or null for never
 * @param user who it runs for, or null
 * @param assumedRole in which role, or null
 * @param roles that person's roles, a JSON array, or null
 */
public record Inheritance(
    @Nullable Long deadlineMillis,
    @Nullable String user,
    @Nullable String assumedRole,
    @Nullable String roles) {

  /** Nothing. */
  public static final Inheritance NONE = new Inheritance(null, null, null, null);

  /** The same with another deadline, or null for none. */
  public Inheritance withDeadline(@Nullable Long millis) {
    return new Inheritance(millis, user, assumedRole, roles);
  }
}
