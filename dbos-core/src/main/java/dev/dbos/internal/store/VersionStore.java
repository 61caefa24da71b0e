package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.APPLICATION_VERSIONS;

import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The versions applications have been launched at. */
public final class VersionStore {
  private VersionStore() {}

  /**
   * Makes a version known as the application's, if it is not yet.
   *
   * @return the application that owns the version name, which is unique in the system database
   */
  public static @Nullable String register(
      DSLContext dsl, String applicationName, String version, long nowMillis) {
    dsl.update(APPLICATION_VERSIONS)
        .set(APPLICATION_VERSIONS.APPLICATION_NAME, applicationName)
        .where(APPLICATION_VERSIONS.VERSION_NAME.eq(version))
        .and(APPLICATION_VERSIONS.APPLICATION_NAME.isNull())
        .execute();
    dsl.insertInto(APPLICATION_VERSIONS)
        .set(APPLICATION_VERSIONS.VERSION_ID, UUID.randomUUID().toString())
        .set(APPLICATION_VERSIONS.VERSION_NAME, version)
        .set(APPLICATION_VERSIONS.VERSION_TIMESTAMP, nowMillis)
        .set(APPLICATION_VERSIONS.CREATED_AT, nowMillis)
        .set(APPLICATION_VERSIONS.APPLICATION_NAME, applicationName)
        .onConflictDoNothing()
        .execute();
    return dsl.select(APPLICATION_VERSIONS.APPLICATION_NAME)
        .from(APPLICATION_VERSIONS)
        .where(APPLICATION_VERSIONS.VERSION_NAME.eq(version))
        .fetchOne(APPLICATION_VERSIONS.APPLICATION_NAME);
  }
}
