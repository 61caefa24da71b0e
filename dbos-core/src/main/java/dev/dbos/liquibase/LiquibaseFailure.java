package dev.dbos.liquibase;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DbosException;
import dev.dbos.error.SchemaException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import liquibase.changelog.ChangeSet;
import liquibase.exception.ChangeLogParseException;
import liquibase.exception.SetupException;
import liquibase.exception.ValidationFailedException;

/**
 * Says what went wrong in words of the changelog. Liquibase's own exceptions quote the SQL that
 * failed, in which a changelog's parameters, hence passwords, are filled in; so where the database
 * refused, its answer is the cause and the quote is left out.
 */
final class LiquibaseFailure {

  private static final String DATASOURCE = "application database";

  /** After this, Liquibase lists the whole class path and advises settings it is not given. */
  private static final String NOT_FOUND = " was not found in the configured search path";

  private LiquibaseFailure() {}

  static SchemaException schema(String what, Throwable cause) {
    return new SchemaException(what + ": " + firstLine(cause) + ".", DATASOURCE, cause);
  }

  static SchemaException busy(String who, Duration waited) {
    return new SchemaException(
        who
            + " has been migrating the application database for longer than "
            + waited
            + ". Look at what it does; a longer wait can be set by"
            + " LiquibaseMigrations.withLockTimeout.",
        DATASOURCE,
        null);
  }

  /** What a run of {@code changelog} that threw {@code thrown} should tell its caller. */
  static DbosException of(String changelog, Optional<ChangeSet> changeset, Throwable thrown) {
    if (thrown instanceof DbosException ours) {
      return ours;
    }
    Throwable cause = find(thrown, SQLException.class).map(Throwable.class::cast).orElse(thrown);
    if (changeset.isPresent()) {
      return changesetFailed(changeset.get(), cause);
    }
    Optional<ValidationFailedException> invalid = find(thrown, ValidationFailedException.class);
    if (invalid.isPresent()) {
      return invalid.get().getInvalidMD5Sums().isEmpty()
          ? unreadable(changelog, invalid.get())
          : edited(invalid.get());
    }
    if (find(thrown, ChangeLogParseException.class).isPresent()
        || find(thrown, SetupException.class).isPresent()) {
      return unreadable(changelog, innermost(thrown));
    }
    return schema("Applying the changelog " + changelog + " failed", cause);
  }

  private static SchemaException changesetFailed(ChangeSet changeset, Throwable cause) {
    return new SchemaException(
        "Changeset "
            + changeset.getId()
            + " by "
            + changeset.getAuthor()
            + " in "
            + changeset.getFilePath()
            + " failed: "
            + firstLine(innermost(cause))
            + ". It was rolled back; the changesets before it stay applied. Correct it and start"
            + " again.",
        DATASOURCE,
        cause);
  }

  private static SchemaException edited(ValidationFailedException invalid) {
    return new SchemaException(
        "Changesets were edited after they had been applied to the application database: "
            + String.join("; ", invalid.getInvalidMD5Sums())
            + ". Put them back as they were and add the difference as a new changeset. If the"
            + " edited text has the same effect, list its checksum under validCheckSum of the"
            + " changeset.",
        DATASOURCE,
        invalid);
  }

  private static ConfigurationException unreadable(String changelog, Throwable cause) {
    String told = cause.getMessage() == null ? cause.toString() : cause.getMessage().strip();
    int locations = told.indexOf(NOT_FOUND);
    String reason =
        locations < 0
            ? told
            : told.substring(0, locations)
                + " was not found. Included files are looked up from the root of the changelog, or,"
                + " with relativeToChangelogFile: true, from the file that includes them.";
    return new ConfigurationException(
        "The changelog " + changelog + " cannot be used: " + reason, cause);
  }

  private static String firstLine(Throwable cause) {
    String message = cause.getMessage();
    String told = message == null ? cause.toString() : message;
    String line = told.lines().findFirst().orElse(told).strip();
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest;
  }

  /** The first exception of {@code type} among {@code thrown} and its causes. */
  static <E extends Throwable> Optional<E> find(Throwable thrown, Class<E> type) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return Optional.of(type.cast(each));
      }
    }
    return Optional.empty();
  }
}
