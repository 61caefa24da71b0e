package dev.dbos.chaos;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * The tables of one bank: accounts, and an entry for each change. No key and no constraint keeps an
 * entry from being there twice, so that whatever happens twice shows.
 */
final class Bank {
  static final int ACCOUNTS = 16;
  static final long OPENING_BALANCE = 100_000;

  private Bank() {}

  static String accounts(Store store) {
    return store.bank() + "_account";
  }

  static String entries(Store store) {
    return store.bank() + "_entry";
  }

  /** Creates the tables and fills the accounts. */
  static void open(Connection connection, Store store) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "create table " + accounts(store) + " (id int primary key, balance bigint not null)");
      statement.execute(
          "create table "
              + entries(store)
              + " (workflow_id text not null, leg text not null, account int not null,"
              + " change bigint not null, ticket text not null, token text not null)");
      for (int account = 0; account < ACCOUNTS; account++) {
        statement.execute(
            "insert into %s values (%d, %d)".formatted(accounts(store), account, OPENING_BALANCE));
      }
    }
  }

  static String update(Leg leg) {
    return "update " + accounts(leg.store()) + " set balance = balance + ? where id = ?";
  }

  static String insert(Leg leg) {
    return "insert into " + entries(leg.store()) + " values (?, ?, ?, ?, ?, ?)";
  }

  /**
   * Changes an account and leaves an entry.
   *
   * @return what tells this entry from one that another attempt would leave
   */
  static String book(Connection connection, Booking booking) throws SQLException {
    String token = UUID.randomUUID().toString();
    try (PreparedStatement update = connection.prepareStatement(update(booking.leg()));
        PreparedStatement insert = connection.prepareStatement(insert(booking.leg()))) {
      update.setLong(1, booking.change());
      update.setInt(2, booking.account());
      update.executeUpdate();
      insert.setString(1, booking.workflowId());
      insert.setString(2, booking.leg().step());
      insert.setInt(3, booking.account());
      insert.setLong(4, booking.change());
      insert.setString(5, booking.ticket());
      insert.setString(6, token);
      insert.executeUpdate();
    }
    return token;
  }

  /**
   * What a transaction is to write.
   *
   * @param workflowId for whom
   * @param leg which part of the transfer
   * @param account the account it changes
   * @param amount the transfer's amount
   * @param ticket a random number that the workflow drew once
   */
  record Booking(String workflowId, Leg leg, int account, long amount, String ticket) {
    long change() {
      return leg.change(amount);
    }
  }
}
