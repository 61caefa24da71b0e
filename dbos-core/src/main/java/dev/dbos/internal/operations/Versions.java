package dev.dbos.internal.operations;

import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.VersionStore;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.ApplicationVersion;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/** The versions an application has been launched at. */
public final class Versions {
  private static final Type LIST = new TypeRef<List<ApplicationVersion>>() {}.type();

  private final SystemAccess access;

  /** Of the application of {@code access}. */
  public Versions(SystemAccess access) {
    this.access = access;
  }

  /** All, the latest first. */
  public List<ApplicationVersion> list() {
    String application = access.requireApplicationName("versions");
    return Recorded.call(
        "DBOS.versions",
        "DBOS.listApplicationVersions",
        LIST,
        () -> access.systemDatabase().read(dsl -> VersionStore.list(dsl, application)));
  }

  /** The one that takes work of no version. */
  public Optional<ApplicationVersion> latest() {
    return list().stream().findFirst();
  }

  /**
   * Makes a version the latest.
   *
   * @throws IllegalArgumentException when the application was never launched at it
   */
  public void makeLatest(String version) {
    String application = access.requireApplicationName("setLatestVersion");
    long now = access.clock().millis();
    RecordedWrite.call(
        access,
        "DBOS.setLatestVersion",
        "DBOS.setLatestApplicationVersion",
        Boolean.class,
        dsl -> {
          List<String> known =
              VersionStore.list(dsl, application).stream().map(ApplicationVersion::name).toList();
          if (!known.contains(version)) {
            throw new IllegalArgumentException(
                "Application "
                    + application
                    + " was never launched at version "
                    + version
                    + "; known are "
                    + known
                    + ".");
          }
          VersionStore.makeLatest(dsl, application, version, now);
          return true;
        });
    access.enqueued(ControlStore.INTERNAL_QUEUE);
  }
}
