package dev.dbos.datasource;

import org.jspecify.annotations.Nullable;

/**
 * Who logs in. An empty user or password is none: then the one of the URL counts.
 *
 * @param user the role, or null
 * @param password a secret, or null; also a token that stands for one
 */
public record Credentials(@Nullable String user, @Nullable String password) {

  static final Credentials NONE = new Credentials(null, null);

  /** Makes an empty user or password none. */
  public Credentials {
    user = user == null || user.isEmpty() ? null : user;
    password = password == null || password.isEmpty() ? null : password;
  }

  /** A user and a password. */
  public static Credentials of(String user, String password) {
    return new Credentials(user, password);
  }

  /** A password, or a token that stands for one, for the user of the URL. */
  public static Credentials password(String password) {
    return new Credentials(null, password);
  }

  /** Shows neither part, since a record would show both. */
  @Override
  public String toString() {
    return Redaction.MASK;
  }
}
