package dev.dbos.admin;

import dev.dbos.admin.DatabaseReport.Finding;
import dev.dbos.admin.DatabaseReport.Topic;
import dev.dbos.admin.DatabaseReport.Verdict;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.migration.ServerInspection;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Listening;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at a system database, one topic after the other. */
final class DatabaseCheck {
  private final Configuration configuration;
  private final DatabaseUrl url;
  private final List<Finding> findings = new ArrayList<>();

  DatabaseCheck(Configuration configuration) {
    this.configuration = configuration;
    this.url = configuration.systemDatabase();
  }

  DatabaseReport run() {
    Optional<Path> file = url.file();
    if (file.isPresent() && !Files.exists(file.get())) {
      // Connecting would create it.
      problem(
          Topic.CONNECTION,
          "The file "
              + file.get()
              + " does not exist. An application creates it when it starts, and so does dbos"
              + " migrate.");
    } else {
      connect();
    }
    return new DatabaseReport(url.redacted(), findings);
  }

  private void connect() {
    try (Database database = SystemDatabaseSetup.openAsIs(configuration)) {
      ServerInspection server = ServerInspection.of(database, configuration.systemDatabaseSchema());
      ok(Topic.CONNECTION, server.connection());
      about(server);
      pooler(database);
      server.encryption().ifPresent(this::encryption);
      notifications(database);
      privileges(server);
      tables(database);
    } catch (DatabaseUnavailableException | ConfigurationException | SchemaException failure) {
      problem(
          findings.isEmpty() ? Topic.CONNECTION : Topic.TABLES,
          String.valueOf(failure.getMessage()));
    }
  }

  private void about(ServerInspection server) {
    if (server.isTooOld()) {
      problem(Topic.SERVER, server.version() + " is too old: PostgreSQL 13 or later is needed.");
    } else {
      ok(Topic.SERVER, server.version());
    }
  }

  private void pooler(Database database) {
    if (database.isPooled()) {
      note(
          Topic.POOLER,
          "There is one. Transactions set their own isolation level and limits. Migrate an"
              + " application's own tables through a direct connection.");
    } else if (url.kind() == DatabaseUrl.Kind.POSTGRESQL) {
      ok(Topic.POOLER, "none");
    }
  }

  private void encryption(ServerInspection.Encryption encryption) {
    switch (encryption) {
      case ServerInspection.Encryption.On on -> ok(Topic.ENCRYPTION, on.protocol());
      case ServerInspection.Encryption.Local local ->
          ok(Topic.ENCRYPTION, "none, on the same machine");
      case ServerInspection.Encryption.Off off ->
          note(Topic.ENCRYPTION, "none. Add sslmode=verify-full to the URL to have it.");
    }
  }

  private void notifications(Database database) {
    switch (database.listening()) {
      case Listening.Supported supported -> ok(Topic.NOTIFICATIONS, "LISTEN works");
      case Listening.Unsupported unsupported ->
          note(
              Topic.NOTIFICATIONS,
              "none, because "
                  + unsupported.reason()
                  + ". Changes are found by asking from time to time.");
    }
  }

  private void privileges(ServerInspection server) {
    if (server.missingRights().isEmpty()) {
      ok(Topic.PRIVILEGES, "sufficient");
    } else {
      problem(
          Topic.PRIVILEGES,
          "The role lacks rights. Have an owner run: "
              + String.join("; ", server.missingRights())
              + ";");
    }
  }

  private void tables(Database database) {
    long version = SystemSchema.version(database, configuration.systemDatabaseSchema());
    if (version == 0) {
      problem(
          Topic.TABLES,
          "There are no system tables"
              + (url.kind() == DatabaseUrl.Kind.POSTGRESQL
                  ? " in schema " + configuration.systemDatabaseSchema()
                  : "")
              + ". Run dbos migrate.");
    } else if (version < SystemSchema.HEAD) {
      problem(
          Topic.TABLES,
          "The system tables are at version "
              + version
              + ", and version "
              + SystemSchema.HEAD
              + " is needed. Run dbos migrate.");
    } else if (!SystemSchema.missingOwn(database, configuration.systemDatabaseSchema()).isEmpty()) {
      problem(
          Topic.TABLES,
          "The shared tables are at version "
              + version
              + ", but tables that this library keeps beside them are missing. Run dbos migrate.");
    } else if (version > SystemSchema.HEAD) {
      note(
          Topic.TABLES,
          "version " + version + ", newer than the " + SystemSchema.HEAD + " this program knows");
    } else {
      ok(Topic.TABLES, "version " + version);
    }
  }

  private void ok(Topic topic, String text) {
    findings.add(new Finding(topic, Verdict.OK, text));
  }

  private void note(Topic topic, String text) {
    findings.add(new Finding(topic, Verdict.NOTE, text));
  }

  private void problem(Topic topic, String text) {
    findings.add(new Finding(topic, Verdict.PROBLEM, text));
  }
}
