package dev.dbos.internal.migration;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SqlFailure;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** A PostgreSQL database that is to be created from another one of its server. */
record MissingDatabase(DatabaseUrl url, String maintenanceDatabase) {

  /**
   * Creates it, unless somebody else was faster.
   *
   * @throws SchemaException when the role may not; the message carries the statement
   */
  void create(String name, Function<DatabaseUrl, Database> opening) {
    try (Database maintenance = opening.apply(url.withDatabaseName(maintenanceDatabase))) {
      maintenance.read(
          connection -> {
            Statements.run(connection, List.of(statement()));
            return true;
          });
    } catch (SQLException failure) {
      if (!isThere(failure)) {
        throw new SchemaException(explanation(name, failure), name, failure);
      }
    } catch (DatabaseUnavailableException failure) {
      throw new SchemaException(explanation(name, failure), name, failure);
    }
  }

  /** Two that create it at once meet in the catalog's key before either has finished. */
  private static boolean isThere(SQLException failure) {
    SqlFailure kind = SqlFailure.of(failure);
    return kind == SqlFailure.ALREADY_EXISTS || kind == SqlFailure.UNIQUE_VIOLATION;
  }

  private String explanation(String name, Exception failure) {
    return "The database "
        + url.databaseName()
        + " of the "
        + name
        + " does not exist and could not be created from database "
        + maintenanceDatabase
        + ": "
        + failure.getMessage()
        + ". Have somebody who may run: "
        + statement()
        + url.user().map(user -> " OWNER " + quoted(user)).orElse("")
        + ";";
  }

  private String statement() {
    return "CREATE DATABASE " + quoted(url.databaseName());
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
