package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Each kind of thing a workflow does that is recorded: as the only one of a workflow, on the same
 * other workflows each time. What it returns does not depend on when it is done.
 */
enum Deed {
  STEP {
    @Override
    String done(Tools tools) {
      return Workflow.callStep("step", () -> "stepped");
    }
  },
  ASYNCHRONOUS_STEP {
    @Override
    String done(Tools tools) {
      return String.valueOf(Workflow.callStepAsync("step", () -> "stepped").join());
    }
  },
  TRANSACTION_OF_THE_SYSTEM_DATABASE {
    @Override
    String done(Tools tools) throws SQLException {
      return Workflow.applicationDatasource().callTransaction("write", Deed::insert);
    }
  },
  TRANSACTION_OF_ANOTHER_DATABASE {
    @Override
    String done(Tools tools) throws SQLException {
      return tools.other().callTransaction("write", Deed::insert);
    }
  },
  READING_TRANSACTION {
    @Override
    String done(Tools tools) throws SQLException {
      return tools
          .other()
          .callTransaction("read", TransactionOptions.DEFAULT.withReadOnly(), Deed::zero);
    }
  },
  CHILD {
    @Override
    String done(Tools tools) {
      return Workflow.start(GREET, "child").result();
    }
  },
  SENDING {
    @Override
    String done(Tools tools) {
      Workflow.send(RESTING, "sent");
      return "sent";
    }
  },
  SENDING_IN_A_STEP {
    @Override
    String done(Tools tools) {
      return Workflow.callStep(
          "send",
          () -> {
            tools.dbos().send(Message.to(RESTING, "sent").withIdempotencyKey("k"));
            return "sent";
          });
    }
  },
  RECEIVING {
    @Override
    String done(Tools tools) {
      return Workflow.receive("mail", String.class, Duration.ofDays(1)).orElse("nothing");
    }
  },
  SETTING_AN_EVENT {
    @Override
    String done(Tools tools) {
      Workflow.setEvent("progress", "half");
      return "set";
    }
  },
  SETTING_AN_EVENT_IN_A_STEP {
    @Override
    String done(Tools tools) {
      return Workflow.callStep(
          "set",
          () -> {
            Workflow.setEvent("progress", "half");
            return "set";
          });
    }
  },
  GETTING_AN_EVENT {
    @Override
    String done(Tools tools) {
      return Workflow.getEvent(ENDED, "said", String.class, Duration.ofDays(1)).orElse("nothing");
    }
  },
  WRITING_TO_A_STREAM {
    @Override
    String done(Tools tools) {
      Workflow.writeStream("lines", "one");
      Workflow.closeStream("lines");
      return "written";
    }
  },
  SLEEPING {
    @Override
    String done(Tools tools) {
      Workflow.sleep(Duration.ofMillis(1));
      return "slept";
    }
  },
  TAKING_THE_TIME {
    @Override
    String done(Tools tools) {
      Workflow.now();
      return String.valueOf(Workflow.randomUuid().version());
    }
  },
  PATCHING {
    @Override
    String done(Tools tools) {
      return String.valueOf(Workflow.patch("greener"));
    }
  },
  LOOKING_AT_A_WORKFLOW {
    @Override
    String done(Tools tools) {
      return tools.dbos().status(ENDED).orElseThrow().state().name()
          + tools.dbos().steps(ENDED).size();
    }
  },
  LOOKING_AT_A_WORKFLOW_IN_A_STEP {
    @Override
    String done(Tools tools) {
      return Workflow.callStep(
          "look", () -> tools.dbos().status(ENDED).orElseThrow().state().name());
    }
  },
  AWAITING_A_WORKFLOW {
    @Override
    String done(Tools tools) {
      return String.valueOf(
          Workflow.awaitAll(List.of(tools.dbos().retrieve(ENDED, String.class))).getFirst());
    }
  },
  CANCELLING {
    @Override
    String done(Tools tools) {
      tools.dbos().cancel(RESTING);
      return "cancelled";
    }
  },
  CANCELLING_IN_A_STEP {
    @Override
    String done(Tools tools) {
      return Workflow.callStep(
          "cancel",
          () -> {
            tools.dbos().cancel(RESTING);
            return "cancelled";
          });
    }
  },
  FORKING {
    @Override
    String done(Tools tools) {
      return String.valueOf(tools.dbos().fork(ENDED, ForkOptions.fromStep(0)).result());
    }
  },
  ENQUEUEING {
    @Override
    String done(Tools tools) {
      tools.dbos().enqueue(GREET, "you", StartOptions.DEFAULT.withQueue("later"));
      return "enqueued";
    }
  };

  static final WorkflowDefinition<String, String> GREET =
      WorkflowDefinition.of("greet", String.class, String.class);
  static final WorkflowDefinition<Void, String> REST =
      WorkflowDefinition.of("rest", Void.class, String.class);

  /** A workflow that has ended, after it has set an event. */
  static final String ENDED = "ended";

  /** A workflow that sleeps for a day. */
  static final String RESTING = "resting";

  /**
   * What a deed needs.
   *
   * @param dbos the runtime it is done in
   * @param other a datasource in another database with a table "deed"
   */
  record Tools(DBOS dbos, JdbcDatasource other) {}

  /** Does it in a workflow; returns what comes of it. */
  abstract String done(Tools tools) throws Exception;

  private static String insert(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into deed values ('done')");
    }
    return "inserted";
  }

  private static String zero(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from deed")) {
      row.next();
      return "read " + row.getInt(1);
    }
  }
}
