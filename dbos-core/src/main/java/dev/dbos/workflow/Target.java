package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose workflow is meant, for one that another program registers: the application that runs it,
 * and where that program's language has them the class and the configured instance it is registered
 * with. Immutable.
 */
public final class Target {
  /** The caller's own application, and a workflow without class or instance. */
  public static final Target OWN = new Target(null, null, null);

  /** What the columns of classes and instances take. */
  private static final int MOST_CHARACTERS = 255;

  private final @Nullable String application;
  private final @Nullable String className;
  private final @Nullable String instanceName;

  private Target(
      @Nullable String application, @Nullable String className, @Nullable String instanceName) {
    this.application = application;
    this.className = className;
    this.instanceName = instanceName;
  }

  /** A workflow of this application. */
  public static Target application(String name) {
    return OWN.withApplication(name);
  }

  /** The same, of this application. */
  public Target withApplication(String name) {
    return new Target(notBlank("An application's name", name), className, instanceName);
  }

  /** The same, registered with this class. */
  public Target withClassName(String name) {
    return new Target(application, notBlank("A class name", name), instanceName);
  }

  /** The same, registered with this configured instance. */
  public Target withInstanceName(String name) {
    return new Target(application, className, notBlank("An instance's name", name));
  }

  private static String notBlank(String what, String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(what + " must not be blank.");
    }
    if (name.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          what + " must not be longer than " + MOST_CHARACTERS + " characters.");
    }
    return StoredName.require("name", name);
  }

  /** The application, or empty for the caller's own. */
  public Optional<String> application() {
    return Optional.ofNullable(application);
  }

  /** The class, or empty for none. */
  public Optional<String> className() {
    return Optional.ofNullable(className);
  }

  /** The configured instance, or empty for none. */
  public Optional<String> instanceName() {
    return Optional.ofNullable(instanceName);
  }
}
