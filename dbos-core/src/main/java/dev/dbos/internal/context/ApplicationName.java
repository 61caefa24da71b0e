package dev.dbos.internal.context;

import dev.dbos.error.ConfigurationException;
import java.util.regex.Pattern;

/** The rule for names of applications, which all implementations share. */
public final class ApplicationName {
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{3,30}");

  private ApplicationName() {}

  /**
   * Returns {@code name}.
   *
   * @throws ConfigurationException when no application can have it
   */
  public static String valid(String name) {
    if (name.isBlank()) {
      throw new ConfigurationException("Configuration must specify an application name", null);
    }
    if (!NAME.matcher(name).matches()) {
      throw new ConfigurationException(
          "Invalid app name "
              + name
              + ".  App names must be between 3 and 30 characters long and contain only lowercase"
              + " letters, numbers, dashes, and underscores.",
          null);
    }
    return name;
  }
}
