package dev.dbos.chaos;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything that the databases hold when a run is over. */
final class Books {
  private final Map<String, StoredWorkflow> workflows = new HashMap<>();
  private final Map<String, List<StoredStep>> steps = new HashMap<>();
  private final Map<String, List<Entry>> entries = new HashMap<>();
  private final Map<String, List<String>> events = new HashMap<>();
  private final Map<String, String> cancellations = new HashMap<>();
  private final Map<Store, Map<Integer, Long>> balances = new EnumMap<>(Store.class);
  private final List<OutputRow> outputRows = new ArrayList<>();

  /** A row of a workflow. */
  record StoredWorkflow(
      String id,
      String name,
      String status,
      @Nullable String output,
      @Nullable String error,
      @Nullable String parent,
      boolean completed) {
    boolean isTransfer() {
      return name.equals(Transfers.TRANSFER.name());
    }
  }

  /** A row of a step. */
  record StoredStep(
      int id,
      String name,
      @Nullable String output,
      @Nullable String error,
      @Nullable String child) {}

  /** An entry of a bank. */
  record Entry(
      String workflowId,
      String leg,
      Store store,
      int account,
      long change,
      String ticket,
      String token) {}

  /** A row of an output table. */
  record OutputRow(Store store, String workflowId, int stepId, String step) {}

  private Books() {}

  static Books read(Site site) throws SQLException {
    Books books = new Books();
    for (Store store : Store.values()) {
      try (Connection connection = site.connect(store);
          Statement statement = connection.createStatement()) {
        books.readBank(statement, store);
        books.readOutputs(statement, site, store);
        if (store == Store.SYSTEM) {
          books.readWorkflows(statement, site);
          books.readSteps(statement, site);
          books.readRest(statement, site);
        }
      }
    }
    return books;
  }

  Map<String, StoredWorkflow> workflows() {
    return workflows;
  }

  /** In the order of their ids. */
  List<StoredStep> steps(String workflowId) {
    return steps.getOrDefault(workflowId, List.of());
  }

  Map<String, List<StoredStep>> steps() {
    return steps;
  }

  List<Entry> entries(String workflowId) {
    return entries.getOrDefault(workflowId, List.of());
  }

  Map<String, List<Entry>> entries() {
    return entries;
  }

  /** The values of a workflow's only event. */
  List<String> events(String workflowId) {
    return events.getOrDefault(workflowId, List.of());
  }

  /** What {@link Canceller} noted, by workflow. */
  Map<String, String> cancellations() {
    return cancellations;
  }

  /** By account. */
  Map<Integer, Long> balances(Store store) {
    return balances.getOrDefault(store, Map.of());
  }

  /**
   * What is in the output tables without being needed. A cancelled workflow may be resumed, so what
   * its transactions have done has to be known as long as it is there.
   */
  List<OutputRow> uselessOutputRows() {
    return outputRows.stream()
        .filter(
            row ->
                !workflows.containsKey(row.workflowId())
                    || !workflows.get(row.workflowId()).status().equals("CANCELLED"))
        .toList();
  }

  private void readBank(Statement statement, Store store) throws SQLException {
    Map<Integer, Long> accounts = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery("select id, balance from " + Bank.accounts(store))) {
      while (row.next()) {
        accounts.put(row.getInt(1), row.getLong(2));
      }
    }
    balances.put(store, accounts);
    try (ResultSet row =
        statement.executeQuery(
            "select workflow_id, leg, account, change, ticket, token from "
                + Bank.entries(store))) {
      while (row.next()) {
        Entry entry =
            new Entry(
                row.getString(1),
                row.getString(2),
                store,
                row.getInt(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6));
        entries.computeIfAbsent(entry.workflowId(), id -> new ArrayList<>()).add(entry);
      }
    }
  }

  private void readOutputs(Statement statement, Site site, Store store) throws SQLException {
    if (site.outputTable(store).isEmpty()) {
      return;
    }
    try (ResultSet row =
        statement.executeQuery(
            "select workflow_id, step_id, step_name from " + site.outputTable(store).get())) {
      while (row.next()) {
        outputRows.add(new OutputRow(store, row.getString(1), row.getInt(2), row.getString(3)));
      }
    }
  }

  private void readWorkflows(Statement statement, Site site) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select workflow_uuid, name, status, output, error, parent_workflow_id, completed_at"
                + " from "
                + site.systemTable("workflow_status"))) {
      while (row.next()) {
        StoredWorkflow workflow =
            new StoredWorkflow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7) != null);
        workflows.put(workflow.id(), workflow);
      }
    }
  }

  private void readSteps(Statement statement, Site site) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select workflow_uuid, function_id, function_name, output, error, child_workflow_id"
                + " from "
                + site.systemTable("operation_outputs")
                + " order by workflow_uuid, function_id")) {
      while (row.next()) {
        steps
            .computeIfAbsent(row.getString(1), id -> new ArrayList<>())
            .add(
                new StoredStep(
                    row.getInt(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6)));
      }
    }
  }

  private void readRest(Statement statement, Site site) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select workflow_uuid, value from " + site.systemTable("workflow_events_history"))) {
      while (row.next()) {
        events.computeIfAbsent(row.getString(1), id -> new ArrayList<>()).add(row.getString(2));
      }
    }
    try (ResultSet row =
        statement.executeQuery("select workflow_id, state from " + Canceller.TABLE)) {
      while (row.next()) {
        cancellations.put(row.getString(1), row.getString(2));
      }
    }
  }
}
