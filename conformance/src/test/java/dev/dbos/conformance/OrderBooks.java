package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What the databases say of orders, read from outside: each has one workflow, which shipped it. */
final class OrderBooks {
  private final Ledger ledger;
  private final boolean apart;

  OrderBooks(Premises premises, Setting setting) {
    this.ledger = premises.ledger();
    this.apart = setting.isApart();
  }

  /** Waits until nothing is under way any more, and compares. */
  void assertEachOrderIsShippedOnce() {
    if (apart) {
      Eventually.await("the outbox is empty", () -> entries() == 0);
    }
    Eventually.await(
        "nothing runs",
        () -> system("select count(*) from %s where status in ('PENDING', 'ENQUEUED')") == 0);
    List<String> orders = orders();
    assertThat(rows(ledger.application(), "select order_id from shipment order by order_id"))
        .isEqualTo(orders);
    assertThat(
            rows(
                ledger.system(),
                "select substr(workflow_uuid, 6) from "
                    + ledger.systemTable("workflow_status")
                    + " where name = 'ship' and status = 'SUCCESS' order by 1"))
        .isEqualTo(orders);
    assertThat(system("select count(*) from %s where status <> 'SUCCESS'")).isZero();
    assertThat(setAside()).isZero();
  }

  List<String> orders() {
    return rows(ledger.application(), "select id from orders order by id");
  }

  int entries() {
    return apart ? count("kind <> 'outbox' and failed_at is null") : 0;
  }

  int setAside() {
    return apart ? count("failed_at is not null") : 0;
  }

  private int count(String condition) {
    return ledger.application().number("select count(*) from " + outbox() + " where " + condition);
  }

  String outbox() {
    return ledger.application().isPostgres() ? "dbos.datasource_outbox" : "datasource_outbox";
  }

  private int system(String sql) {
    return ledger.system().number(sql.formatted(ledger.systemTable("workflow_status")));
  }

  private static List<String> rows(DirectSql database, String sql) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (row.next()) {
        found.add(row.getString(1));
      }
      // Servers sort texts in different ways.
      return found.stream().sorted().toList();
    } catch (SQLException failure) {
      throw new IllegalStateException(sql + ": " + failure.getMessage(), failure);
    }
  }
}
