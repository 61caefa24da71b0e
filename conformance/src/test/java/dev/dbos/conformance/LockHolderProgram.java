package dev.dbos.conformance;

import dev.dbos.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;

/** Another process that writes to an SQLite file, from one line to the next. */
final class LockHolderProgram {
  private LockHolderProgram() {}

  static ChildJvm start(String url) {
    return ChildJvm.builder(LockHolderProgram.class).arguments(url).start();
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Connection connection = new DirectSql(arguments[0]).connect();
        Statement statement = connection.createStatement()) {
      input.readLine();
      statement.execute("BEGIN IMMEDIATE");
      System.out.println("locked");
      input.readLine();
      statement.execute("COMMIT");
    }
  }
}
