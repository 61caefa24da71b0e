package dev.dbos.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables in the place of <code>${NAME}</code> and Docker secrets in that of
 * <code>${DOCKER_SECRET:NAME}</code>.
 */
final class Substitution {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\{(?:(?<secret>DOCKER_SECRET):)?(?<name>[^}:]+)}");

  private final Map<String, String> variables;
  private final Path secrets;

  /**
   * Looks at given places.
   *
   * @param secrets the directory that Docker mounts secrets in
   */
  Substitution(Map<String, String> variables, Path secrets) {
    this.variables = variables;
    this.secrets = secrets;
  }

  /** Whether {@code text} refers to anything. */
  static boolean isNeeded(String text) {
    return REFERENCE.matcher(text).find();
  }

  /**
   * {@code text} with values in the place of references. A value is taken as it is, whatever it
   * looks like.
   *
   * @param missing what to throw when there is no value, made from what is missing
   */
  String apply(String text, Function<String, RuntimeException> missing) {
    return REFERENCE
        .matcher(text)
        .replaceAll(reference -> Matcher.quoteReplacement(value(reference, missing)));
  }

  private String value(MatchResult reference, Function<String, RuntimeException> missing) {
    String name = reference.group("name");
    return reference.group("secret") == null
        ? Optional.ofNullable(variables.get(name))
            .orElseThrow(
                () -> missing.apply("the environment variable " + name + ", which is not set"))
        : secret(name)
            .orElseThrow(
                () ->
                    missing.apply(
                        "the Docker secret "
                            + name
                            + ", but "
                            + secrets
                            + "/"
                            + name
                            + " cannot be read"));
  }

  private Optional<String> secret(String name) {
    try {
      return Optional.of(Files.readString(secrets.resolve(name)).strip());
    } catch (IOException | InvalidPathException unreadable) {
      return Optional.empty();
    }
  }
}
