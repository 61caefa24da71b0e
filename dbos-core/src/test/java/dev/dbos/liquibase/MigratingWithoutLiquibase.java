package dev.dbos.liquibase;

import dev.dbos.error.ConfigurationException;
import java.sql.Connection;
import java.sql.DriverManager;

/** Prints why the JDBC URL that is its argument cannot be migrated. */
final class MigratingWithoutLiquibase {

  private MigratingWithoutLiquibase() {}

  public static void main(String[] arguments) throws Exception {
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      LiquibaseMigrations.fromClasspath("shop/changelog.yaml").apply(connection);
    } catch (ConfigurationException e) {
      System.out.println(e.getMessage());
    }
  }
}
