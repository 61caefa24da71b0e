package dev.dbos.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class ServerCrashTest {
  @Test
  void whatWasCommittedIsThereAfterACrashAndWhatWasNotIsNot() throws Exception {
    try (TestPostgres server = TestPostgres.builder().start()) {
      String database = server.createDatabase();
      server.execute(database, "create table guest (name text)");
      server.execute(database, "insert into guest values ('Ada')");
      try (Connection open = server.connect(database);
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("insert into guest values ('Bob')");
        ServerCrash crash = server.crash();
        assertThatThrownBy(() -> statement.execute("insert into guest values ('Eve')"))
            .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> server.connect(database)).isInstanceOf(SQLException.class);
        crash.close();
      }
      try (Connection connection = server.connect(database);
          Statement statement = connection.createStatement();
          ResultSet guests = statement.executeQuery("select string_agg(name, ',') from guest")) {
        guests.next();
        assertThat(guests.getString(1)).isEqualTo("Ada");
      }
    }
  }
}
