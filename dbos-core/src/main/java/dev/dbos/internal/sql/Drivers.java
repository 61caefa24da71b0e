package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.error.ConfigurationException;

/** The two JDBC drivers, either of which an application may leave out. */
final class Drivers {
  private Drivers() {}

  static boolean isPresent(String driverClass) {
    try {
      Class.forName(driverClass, false, Drivers.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException missing) {
      return false;
    }
  }

  /** The driver class for {@code url}, checked to be there. */
  static String require(DatabaseUrl url) {
    return switch (url.kind()) {
      case POSTGRESQL -> require("org.postgresql.Driver", "org.postgresql:postgresql", url);
      case SQLITE -> require("org.sqlite.JDBC", "org.xerial:sqlite-jdbc", url);
    };
  }

  private static String require(String driverClass, String coordinates, DatabaseUrl url) {
    if (!isPresent(driverClass)) {
      throw new ConfigurationException(
          "The JDBC driver for "
              + url.redacted()
              + " is not on the class path. Add the dependency "
              + coordinates
              + ".",
          null);
    }
    return driverClass;
  }
}
