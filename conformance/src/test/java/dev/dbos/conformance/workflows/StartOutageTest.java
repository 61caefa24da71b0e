package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The system database goes away between the start of a workflow and the first look at its row. */
@Timeout(300)
@SuppressWarnings("try") // it only runs
class StartOutageTest {
  private static final WorkflowDefinition<String, String> POUR =
      WorkflowDefinition.of("pour", String.class, String.class);
  private static final WorkflowDefinition<Void, String> SERVE =
      WorkflowDefinition.of("serve", Void.class, String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestPostgres server = TestPostgres.shared();
  private String database = "";

  @BeforeEach
  void makeDatabase() {
    database = server.createDatabase();
  }

  private static DbosBuilder teaShop(String url) {
    return DBOS.builder("tea-shop").systemDatabaseUrl(url).workflow(POUR, cup -> "a cup of " + cup);
  }

  /** Loses the answer to the next insert of a workflow. */
  private static Cut answerIsLost(TcpProxy proxy) {
    return proxy.onClientStatement(
        sql -> sql.startsWith("insert") && sql.contains("\"workflow_status\""),
        Action.CUT_AFTER_SERVER_ANSWER);
  }

  /** Loses the next look at all of a workflow's row. */
  private static Cut lookIsLost(TcpProxy proxy) {
    return proxy.onClientStatement(
        sql -> sql.startsWith("select") && sql.contains("\"assumed_role\""), Action.CUT_BEFORE);
  }

  @Test
  void aReplayedStartOfAChildWaitsForTheDatabase() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    try (DBOS dbos =
        teaShop(server.url(database))
            .workflow(
                SERVE,
                none -> {
                  Workflow.start(POUR, "tea");
                  started.countDown();
                  return "" + Workflow.receive(String.class, Duration.ofHours(1));
                })
            .launch()) {
      dbos.start(SERVE, null, StartOptions.id("table-7"));
      started.await();
    }
    AtomicReference<Cut> cut = new AtomicReference<>();
    try (TcpProxy proxy = server.proxy();
        DBOS dbos =
            teaShop(server.url(database, proxy))
                .workflow(
                    SERVE,
                    none -> {
                      cut.set(lookIsLost(proxy));
                      String cup = Workflow.start(POUR, "tea").id();
                      return cup + Workflow.receive(String.class, Duration.ofHours(1)).orElse("");
                    })
                .launch();
        // Not through the proxy, whose cut is meant for the workflow.
        DbosClient client = DbosClient.create(server.url(database))) {
      client.send("table-7", " with milk");
      assertThat(client.retrieve("table-7", String.class).result(PATIENCE))
          .isEqualTo("table-7-0 with milk");
      assertThat(Objects.requireNonNull(cut.get()).happened()).isTrue();
    }
  }

  @Test
  void aStartWhoseAnswerWasLostIsRunThoughTheDatabaseStaysAwayForAMoment() {
    try (TcpProxy proxy = server.proxy();
        DBOS dbos = teaShop(server.url(database, proxy)).launch()) {
      Cut answer = answerIsLost(proxy);
      Cut look = lookIsLost(proxy);

      assertThat(dbos.start(POUR, "tea", StartOptions.id("cup-1")).result(PATIENCE))
          .isEqualTo("a cup of tea");

      assertThat(answer.happened()).isTrue();
      assertThat(look.happened()).isTrue();
    }
  }

  @Test
  void whatIsPutIntoAQueueWaitsForTheDatabaseAndIsThereOnce() {
    try (TcpProxy proxy = server.proxy();
        DBOS dbos = teaShop(server.url(database, proxy)).launch()) {
      Cut answer = answerIsLost(proxy);

      dbos.start(POUR, "tea", StartOptions.id("cup-1").withQueue("bar"));

      assertThat(answer.happened()).isTrue();
      assertThat(dbos.status("cup-1").orElseThrow().state()).isEqualTo(WorkflowState.ENQUEUED);
    }
  }
}
