package dev.dbos.liquibase;

import dev.dbos.liquibase.outage.PowerCut;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;

/**
 * Migrates the JDBC URL that is its first argument by the changelog that is its second; a third one
 * arms the {@link PowerCut}.
 */
final class MigratingProgram {

  private MigratingProgram() {}

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("power cut")) {
      PowerCut.arm();
    }
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      LiquibaseMigrations.fromClasspath(arguments[1]).apply(connection);
    }
    System.out.println("migrated");
  }
}
