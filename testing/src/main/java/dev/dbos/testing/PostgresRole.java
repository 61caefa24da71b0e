package dev.dbos.testing;

import java.util.Objects;

/**
 * A login of a {@link TestPostgres} without any special right.
 *
 * @param name the role's name, which needs no quoting
 * @param password what the server asks for at each connection; safe in a URL
 */
public record PostgresRole(String name, String password) {
  /** Checks that both parts are there. */
  public PostgresRole {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(password, "password");
  }

  @Override
  public String toString() {
    return "PostgresRole[" + name + "]";
  }
}
