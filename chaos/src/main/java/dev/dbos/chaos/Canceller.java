package dev.dbos.chaos;

import dev.dbos.DbosClient;
import dev.dbos.error.DbosException;
import dev.dbos.workflow.WorkflowState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Cancels transfers in the middle of their work, and resumes some of them. What it knows for sure
 * it notes in a table, for the audit.
 */
final class Canceller implements Troublemaker, AutoCloseable {
  static final String TABLE = "cancellation";

  /** It was to be cancelled; nobody knows whether it was. */
  static final String ASKED = "asked";

  /** It was cancelled, and stays so. */
  static final String CANCELLED = "cancelled";

  /** It was cancelled, and perhaps resumed. */
  static final String RESUMING = "resuming";

  /** It was resumed, so it ends like any other. */
  static final String RESUMED = "resumed";

  private static final int MAX_PAUSE_MILLIS = 300;

  private final Site site;
  private final Tally tally;
  private final DbosClient client;

  Canceller(Site site, Tally tally) throws SQLException {
    this.site = site;
    this.tally = tally;
    this.client = DbosClient.create(site.url(Store.SYSTEM));
    try (Connection connection = site.connect(Store.SYSTEM);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table " + TABLE + " (workflow_id text primary key, state text not null)");
    }
  }

  @Override
  public List<Fault> kinds() {
    return List.of(Fault.CANCELLED);
  }

  @Override
  public boolean make(Fault fault, SplittableRandom random)
      throws SQLException, InterruptedException {
    boolean resumes = random.nextBoolean();
    int pause = random.nextInt(MAX_PAUSE_MILLIS);
    Optional<String> running = running();
    if (running.isEmpty()) {
      return false;
    }
    String id = running.get();
    if (!cancel(id)) {
      return false;
    }
    if (resumes) {
      tally.pause(pause);
      resume(id);
    }
    return true;
  }

  /** Cancels a transfer; false when it could not, nobody knows, or it has been tried before. */
  boolean cancel(String id) throws SQLException {
    if (!claim(id)) {
      return false;
    }
    try {
      client.cancel(id);
      if (!client.status(id).map(s -> s.state() == WorkflowState.CANCELLED).orElse(false)) {
        return false;
      }
    } catch (DbosException unavailable) {
      return false;
    }
    note(id, CANCELLED);
    return true;
  }

  private void resume(String id) throws SQLException {
    note(id, RESUMING);
    try {
      client.resume(id);
    } catch (DbosException unavailable) {
      return;
    }
    note(id, RESUMED);
  }

  private Optional<String> running() throws SQLException {
    String sql =
        "select workflow_uuid from %s where status = 'PENDING' and name = '%s' and workflow_uuid not in (select workflow_id from %s) order by created_at desc limit 1"
            .formatted(site.systemTable("workflow_status"), Transfers.TRANSFER.name(), TABLE);
    try (Connection connection = site.connect(Store.SYSTEM);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
    }
  }

  /** Only one actor cancels a transfer, and only once, so that its notes are in order. */
  private boolean claim(String id) throws SQLException {
    String sql = "insert into " + TABLE + " values (?, ?) on conflict (workflow_id) do nothing";
    try (Connection connection = site.connect(Store.SYSTEM);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, id);
      statement.setString(2, ASKED);
      return statement.executeUpdate() == 1;
    }
  }

  private void note(String id, String state) throws SQLException {
    String sql = "update " + TABLE + " set state = ? where workflow_id = ?";
    try (Connection connection = site.connect(Store.SYSTEM);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, state);
      statement.setString(2, id);
      statement.executeUpdate();
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
