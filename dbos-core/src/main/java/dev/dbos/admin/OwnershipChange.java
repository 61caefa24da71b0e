package dev.dbos.admin;

import dev.dbos.configuration.Configuration;
import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.context.ApplicationName;
import dev.dbos.internal.engine.SystemClock;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.OwnershipStore;
import dev.dbos.internal.store.OwnershipStore.Moved;
import dev.dbos.internal.store.SystemDatabase;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives what belongs to one application, or to none, to another: first, in one transaction,
 * whatever decides where work is done, then what has ended, in batches by key. When it breaks off
 * in between, doing it again does the rest.
 */
final class OwnershipChange {
  private static final int BATCH = 1_000;

  private final SystemDatabase systemDatabase;
  private final @Nullable String from;
  private final String to;

  private OwnershipChange(SystemDatabase systemDatabase, @Nullable String from, String to) {
    this.systemDatabase = systemDatabase;
    this.from = from;
    this.to = to;
  }

  /** From {@code from}, or from nobody when that is null. */
  static OwnershipReport run(Configuration configuration, @Nullable String from, String to) {
    ApplicationName.valid(to);
    if (to.equals(from)) {
      throw new ConfigurationException(
          "Application " + from + " has that name already. Give another one.", null);
    }
    if (from != null && from.isEmpty()) {
      throw new ConfigurationException(
          "Say which application is meant: its present name is empty.", null);
    }
    String schema = configuration.systemDatabaseSchema();
    try (Database database = SystemDatabaseSetup.openAsIs(configuration)) {
      SystemSchema.require(database, schema);
      return new OwnershipChange(new SystemDatabase(database, schema), from, to).run();
    }
  }

  private OwnershipReport run() {
    refuseRunning();
    Moved moved = systemDatabase.write(dsl -> OwnershipStore.giveActive(dsl, from, to));
    long finished =
        inBatches(
            after -> dsl -> OwnershipStore.workflows(dsl, from, after, BATCH),
            ids -> dsl -> OwnershipStore.giveWorkflows(dsl, from, to, ids));
    long steps =
        inBatches(
            after -> dsl -> OwnershipStore.workflowsOfSteps(dsl, from, after, BATCH),
            ids -> dsl -> OwnershipStore.giveSteps(dsl, from, to, ids));
    return new OwnershipReport(
        moved.queues(), moved.schedules(), moved.versions(), moved.unfinished(), finished, steps);
  }

  /** A running process would go on to write the old name. */
  private void refuseRunning() {
    if (from == null) {
      return;
    }
    List<String> living =
        systemDatabase.read(dsl -> OwnershipStore.living(dsl, from, SystemClock.UTC.millis()));
    if (!living.isEmpty()) {
      throw new ConfigurationException(
          "Application "
              + from
              + " is running as executors "
              + living
              + ". Stop it first; nothing has changed.",
          null);
    }
  }

  private long inBatches(
      Function<String, Function<DSLContext, List<String>>> next,
      Function<List<String>, Function<DSLContext, Integer>> give) {
    long given = 0;
    String after = "";
    while (true) {
      List<String> ids = systemDatabase.read(next.apply(after));
      if (ids.isEmpty()) {
        return given;
      }
      given += systemDatabase.write(give.apply(ids));
      after = ids.getLast();
    }
  }
}
