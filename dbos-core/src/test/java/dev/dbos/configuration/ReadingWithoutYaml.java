package dev.dbos.configuration;

import dev.dbos.error.ConfigurationException;
import java.nio.file.Path;
import java.util.Map;

/** Prints why the configuration file that is its argument cannot be read. */
final class ReadingWithoutYaml {
  private ReadingWithoutYaml() {}

  public static void main(String[] arguments) {
    try {
      Configuration.read(Path.of(arguments[0]), Map.of());
    } catch (ConfigurationException refused) {
      System.out.println(refused.getMessage());
    }
    System.out.println(
        Configuration.ofEnvironment(Map.of()).withName("till").systemDatabase().kind());
  }
}
