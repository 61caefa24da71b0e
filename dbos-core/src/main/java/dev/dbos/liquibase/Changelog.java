package dev.dbos.liquibase;

import dev.dbos.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the root changelog is. Its name is part of the identity of every changeset in it, so each
 * kind keeps the name free of anything that differs between machines.
 */
sealed interface Changelog {

  /** The name of the root changelog, relative to where its includes are looked up. */
  String name();

  /**
   * Checks that the root changelog exists.
   *
   * @throws ConfigurationException if it does not
   */
  void requirePresent();

  /** A resource of the application. */
  record OnClasspath(String name) implements Changelog {
    public OnClasspath {
      name = withoutPrefix(name);
      requireName(name);
    }

    @Override
    public void requirePresent() {
      if (classLoader().getResource(name) == null) {
        throw new ConfigurationException(
            "No changelog "
                + name
                + " on the class path. Put it into src/main/resources/"
                + name
                + ", correct the name given to LiquibaseMigrations.fromClasspath, or use"
                + " LiquibaseMigrations.fromPath for a file.",
            null);
      }
    }

    /** The loader in which resources are looked up: the thread's, else this library's. */
    ClassLoader classLoader() {
      ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
      if (ofThread != null) {
        return ofThread;
      }
      ClassLoader ofLibrary = Changelog.class.getClassLoader();
      return ofLibrary == null ? ClassLoader.getSystemClassLoader() : ofLibrary;
    }

    private static String withoutPrefix(String name) {
      String bare = name.startsWith("classpath:") ? name.substring("classpath:".length()) : name;
      return bare.startsWith("/") ? bare.substring(1) : bare;
    }
  }

  /** A file below a directory. */
  record InDirectory(Path directory, String name) implements Changelog {
    public InDirectory {
      directory = directory.toAbsolutePath().normalize();
      requireName(name);
    }

    @Override
    public void requirePresent() {
      Path file = directory.resolve(name);
      if (!Files.isRegularFile(file)) {
        throw new ConfigurationException(
            "No changelog "
                + name
                + ": there is no file "
                + file
                + ". Create it or correct the path given to LiquibaseMigrations; a relative path"
                + " starts at the working directory of the process.",
            null);
      }
    }
  }

  private static void requireName(String name) {
    if (name.isBlank()) {
      throw new ConfigurationException("The name of a changelog must not be blank.", null);
    }
  }
}
