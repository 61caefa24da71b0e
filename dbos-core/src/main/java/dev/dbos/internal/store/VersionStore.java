package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.APPLICATION_VERSIONS;

import dev.dbos.workflow.ApplicationVersion;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.OrderField;
import org.jspecify.annotations.Nullable;

/** The versions applications have been launched at. */
public final class VersionStore {
  /** The one that was made the latest last, is. */
  static final List<OrderField<?>> LATEST_FIRST =
      List.of(
          APPLICATION_VERSIONS.VERSION_TIMESTAMP.desc(), APPLICATION_VERSIONS.VERSION_NAME.desc());

  private VersionStore() {}

  static Condition isMineOrNobodys(String applicationName) {
    return APPLICATION_VERSIONS
        .APPLICATION_NAME
        .eq(applicationName)
        .or(APPLICATION_VERSIONS.APPLICATION_NAME.isNull());
  }

  /** The versions of an application, and those of none, the latest first. */
  public static List<ApplicationVersion> list(DSLContext dsl, String applicationName) {
    return dsl.select(
            APPLICATION_VERSIONS.VERSION_NAME,
            APPLICATION_VERSIONS.CREATED_AT,
            APPLICATION_VERSIONS.VERSION_TIMESTAMP)
        .from(APPLICATION_VERSIONS)
        .where(isMineOrNobodys(applicationName))
        .orderBy(LATEST_FIRST)
        .fetch(
            row ->
                new ApplicationVersion(
                    row.get(APPLICATION_VERSIONS.VERSION_NAME),
                    Instant.ofEpochMilli(row.get(APPLICATION_VERSIONS.CREATED_AT)),
                    Instant.ofEpochMilli(row.get(APPLICATION_VERSIONS.VERSION_TIMESTAMP))));
  }

  /** Makes a version the latest, whatever clock made the others so. */
  public static void makeLatest(
      DSLContext dsl, String applicationName, String version, long nowMillis) {
    long after =
        list(dsl, applicationName).stream()
            .mapToLong(other -> other.latestSince().toEpochMilli() + 1)
            .max()
            .orElse(nowMillis);
    dsl.update(APPLICATION_VERSIONS)
        .set(APPLICATION_VERSIONS.VERSION_TIMESTAMP, Math.max(nowMillis, after))
        .where(APPLICATION_VERSIONS.VERSION_NAME.eq(version))
        .and(isMineOrNobodys(applicationName))
        .execute();
  }

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
