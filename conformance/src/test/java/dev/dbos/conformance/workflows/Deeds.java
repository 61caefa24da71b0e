package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.workflows.Deed.Tools;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Databases in which every {@link Deed} can be done, and runtimes that do them. */
final class Deeds implements AutoCloseable {
  static final WorkflowDefinition<String, String> DO =
      WorkflowDefinition.of("do", String.class, String.class);

  private static final Map<String, String> TRACES =
      new TreeMap<>(
          Map.of(
              "children",
                  "SELECT workflow_uuid FROM workflow_status WHERE parent_workflow_id = 'it'",
              "messages",
                  "SELECT message_uuid FROM notifications WHERE destination_uuid = 'resting'",
              "event", "SELECT value FROM workflow_events_history WHERE workflow_uuid = 'it'",
              "stream", "SELECT value FROM streams WHERE workflow_uuid = 'it' ORDER BY \"offset\"",
              "forks", "SELECT name FROM workflow_status WHERE forked_from IS NOT NULL",
              "steps",
                  "SELECT function_name FROM operation_outputs WHERE workflow_uuid = 'it'"
                      + " ORDER BY function_id",
              "it", "SELECT status FROM workflow_status WHERE workflow_uuid = 'it'"));

  /** Called before the deed is done. */
  interface Before {
    void run() throws Exception;
  }

  private final Site site;
  private final String otherUrl;
  private final List<AutoCloseable> opened = new ArrayList<>();

  Deeds(Product product) {
    this.site = Site.of(product);
    this.otherUrl = site.anotherUrl();
    for (String url : List.of(site.systemUrl(), otherUrl)) {
      execute(url, "create table deed (id text)");
    }
  }

  Site site() {
    return site;
  }

  /** A runtime whose workflows do deeds. */
  DBOS launch(String systemUrl, Before before) {
    JdbcDatasource other = JdbcDatasource.builder(otherUrl).name("other").build();
    opened.add(other);
    AtomicReference<@Nullable DBOS> self = new AtomicReference<>();
    DbosBuilder builder =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(systemUrl)
            .executorId("till-1")
            .datasource(other)
            .workflow(Deed.GREET, name -> "hello " + name)
            .workflow(
                Deed.REST,
                none -> {
                  Workflow.sleep(Duration.ofDays(1));
                  return "";
                })
            .workflow(
                DO,
                deed -> {
                  before.run();
                  Eventually.holds("launched", () -> self.get() != null);
                  return Deed.valueOf(String.valueOf(deed))
                      .done(new Tools(java.util.Objects.requireNonNull(self.get()), other));
                });
    DBOS dbos = builder.launch();
    opened.add(dbos);
    self.set(dbos);
    return dbos;
  }

  /** The other workflows that deeds are done on. */
  void prepare(DBOS dbos, Deed deed) {
    dbos.start(Deed.REST, null, StartOptions.id(Deed.RESTING));
    dbos.run(Deed.GREET, "you", StartOptions.id(Deed.ENDED));
    SystemRows rows = SystemRows.of(site);
    rows.change(
        "INSERT INTO workflow_events (workflow_uuid, \"key\", value, serialization)"
            + " VALUES ('ended', 'said', '\"hello\"', 'portable_json')");
    Eventually.holds("resting", () -> dbos.steps(Deed.RESTING).size() == 1);
  }

  /** What is in the databases of a deed, apart from its outcome. */
  Map<String, Object> traces() {
    Map<String, Object> traces = new TreeMap<>();
    SystemRows rows = SystemRows.of(site);
    TRACES.forEach((what, query) -> traces.put(what, rows.query(query)));
    traces.put("written here", count(site.systemUrl()));
    traces.put("written there", count(otherUrl));
    return traces;
  }

  private static int count(String url) {
    try (Connection connection = ShippingSite.connect(url);
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("select count(*) from deed")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void execute(String url, String sql) {
    try (Connection connection = ShippingSite.connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    for (AutoCloseable each : opened.reversed()) {
      try {
        each.close();
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }
    site.close();
  }
}
