package dev.dbos.liquibase;

import java.sql.Connection;
import java.sql.DriverManager;

/** Migrates the shop at the JDBC URL that is its argument. */
final class MigratingProgram {

  private MigratingProgram() {}

  public static void main(String[] arguments) throws Exception {
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      LiquibaseMigrations.fromClasspath("shop/changelog.yaml").apply(connection);
    }
    System.out.println("migrated");
  }
}
