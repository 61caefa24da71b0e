package dev.dbos.codegen;

import dev.dbos.liquibase.LiquibaseMigrations;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a changelog was found.
 *
 * @param migrations what applies it
 * @param root the directory or jar that holds it and everything it includes; absent where it cannot
 *     be told
 */
record ChangelogLocation(LiquibaseMigrations migrations, Optional<Path> root) {

  /**
   * Looks below {@code root} if one is given, else for a file, else on the class path.
   *
   * @param changelog the name or path of the changelog
   */
  static ChangelogLocation find(String changelog, @Nullable Path root) throws IOException {
    if (root != null) {
      return new ChangelogLocation(
          LiquibaseMigrations.fromDirectory(root, changelog), Optional.of(root));
    }
    Path file = Path.of(changelog).toAbsolutePath();
    if (Files.isRegularFile(file)) {
      return new ChangelogLocation(
          LiquibaseMigrations.fromPath(file), Optional.ofNullable(file.getParent()));
    }
    return new ChangelogLocation(
        LiquibaseMigrations.fromClasspath(changelog), rootOfResource(changelog));
  }

  private static Optional<Path> rootOfResource(String name) throws IOException {
    URL resource = Thread.currentThread().getContextClassLoader().getResource(name);
    if (resource == null) {
      return Optional.empty();
    }
    try {
      URLConnection opened = resource.openConnection();
      if (opened instanceof JarURLConnection jar) {
        return Optional.of(Path.of(jar.getJarFileURL().toURI()));
      }
      URI uri = resource.toURI();
      return uri.getScheme().equals("file")
          ? Optional.of(above(Path.of(uri), name))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Path above(Path file, String name) {
    Path root = file;
    for (int i = Path.of(name).getNameCount(); i > 0; i--) {
      Path parent = root.getParent();
      root = parent == null ? root : parent;
    }
    return root;
  }
}
