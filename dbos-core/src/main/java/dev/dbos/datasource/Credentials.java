package dev.dbos.datasource;

import org.jspecify.annotations.Nullable;

/** Who logs in. An empty user or password is none. */
record Credentials(@Nullable String user, @Nullable String password) {

  static final Credentials NONE = new Credentials(null, null);

  Credentials {
    user = user == null || user.isEmpty() ? null : user;
    password = password == null || password.isEmpty() ? null : password;
  }

  /** Shows neither part, since a record would show both. */
  @Override
  public String toString() {
    return Redaction.MASK;
  }
}
