package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads what follows {@code sqlite:} or {@code jdbc:sqlite:}. */
final class SqliteUrlParser {

  private static final String MEMORY = ":memory:";
  private static final Pattern PLAIN_NAME = Pattern.compile("\\w{1,40}");
  private static final Pattern NO_FILE = Pattern.compile("(.*[/\\\\])?\\.{0,2}", Pattern.DOTALL);

  private SqliteUrlParser() {}

  static DatabaseUrl parse(UrlScheme scheme) {
    int question = scheme.rest().indexOf('?');
    String target = question < 0 ? scheme.rest() : scheme.rest().substring(0, question);
    if (target.startsWith("file:") || target.startsWith(":resource:")) {
      throw new ConfigurationException(
          "SQLite's `file:` and `:resource:` names are not supported in a database URL; write the"
              + " path, as in sqlite:////var/lib/app.sqlite, or sqlite::memory:",
          null);
    }
    // Before the parameters: behind a refused host, what looks like one may be part of a password.
    Location location = scheme.jdbc() ? location(target) : nativeLocation(target);
    if (question >= 0) {
      refuseParameters(scheme.rest().substring(question + 1));
    }
    return new DatabaseUrl(location, Credentials.NONE, Map.of());
  }

  private static Location nativeLocation(String target) {
    if (target.equals("//")) {
      return new Location.Memory();
    }
    if (target.startsWith("///")) {
      return location(target.substring(3));
    }
    if (target.startsWith("//") && !target.equals("//" + MEMORY)) {
      throw new ConfigurationException(
          "An SQLite URL has no host: write sqlite:///file.sqlite with three slashes for a file in"
              + " the working directory, four for an absolute path",
          null);
    }
    return location(target.startsWith("//") ? MEMORY : target);
  }

  private static Location location(String path) {
    if (path.equals(MEMORY)) {
      return new Location.Memory();
    }
    if (NO_FILE.matcher(path).matches()) {
      throw new ConfigurationException(
          "The SQLite URL names no file; write for example sqlite:///file.sqlite, or"
              + " sqlite::memory: for a database in memory",
          null);
    }
    try {
      return new Location.File(Path.of(path).toAbsolutePath().normalize());
    } catch (InvalidPathException invalid) {
      throw new ConfigurationException(
          "The SQLite URL holds a path that this system cannot have: " + invalid.getReason(), null);
    }
  }

  private static void refuseParameters(String query) {
    if (query.isEmpty()) {
      return;
    }
    String name = query.split("[=&]", 2)[0];
    String shown = PLAIN_NAME.matcher(name).matches() ? " but this one has `" + name + "`" : "";
    throw new ConfigurationException(
        "SQLite URLs take no parameters,"
            + (shown.isEmpty() ? " and a file name may hold no `?`" : shown)
            + "; remove everything from the `?` on, since SQLite's pragmas are set by the library",
        null);
  }
}
