package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class MessageTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<String, String> CASHIER =
      WorkflowDefinition.of("cashier", String.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  record Payment(String card, int cents) {}

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .workflow(CHECKOUT, checkout)
        .workflow(CASHIER, none -> "");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWaitingWorkflowGetsTheMessage(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site, none -> Workflow.receive(Payment.class, LONG).orElseThrow().card())
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("it waits", () -> dbos.steps("order-42").size() == 1);
      dbos.send("order-42", new Payment("visa", 1200));

      assertThat(order.result()).isEqualTo("visa");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::stepId, StepStatus::name)
          .containsExactly(tuple(0, "DBOS.recv"), tuple(1, "DBOS.sleep"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aMessageThatWasThereFirstIsReceivedWithoutWaiting(Product product) {
    CountDownLatch sent = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(sent);
                      String card = Workflow.receive(String.class, LONG).orElseThrow();
                      return Workflow.callStep("charge", () -> card + " charged");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      dbos.send("order-42", "visa");
      sent.countDown();

      assertThat(order.result()).isEqualTo("visa charged");
      // The place of the timeout is taken all the same.
      assertThat(dbos.steps("order-42"))
          .extracting(step -> step.stepId() + " " + step.name())
          .containsExactly("0 DBOS.recv", "2 charge");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoReceivesOnATopicGetsNoMessageOfAnotherOrOfNone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.receive("card", String.class, LONG).orElse("-")
                            + Workflow.receive("address", String.class, LONG).orElse("-")
                            + Workflow.receive(String.class, LONG).orElse("-")
                            + Workflow.receive("card", String.class, Duration.ZERO).orElse("-"))
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      dbos.send("order-42", "c");
      dbos.send(Message.to("order-42", "b").withTopic("address"));
      dbos.send(Message.to("order-42", "a").withTopic("card"));

      assertThat(order.result()).isEqualTo("abc-");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void messagesOfOneSenderComeInOrder(Product product) {
    List<Integer> expected = IntStream.range(0, 60).boxed().toList();
    CountDownLatch sent = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(sent);
                      List<Integer> got = new ArrayList<>();
                      for (int i = 0; i < expected.size(); i++) {
                        got.add(Workflow.receive(Integer.class, LONG).orElseThrow());
                      }
                      return got.toString();
                    })
                // A clock that stands still gives all of them the same time.
                .clock(new SettableClock())
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      IntStream.range(0, 20).forEach(i -> dbos.send("order-42", i));
      dbos.sendAll(
          IntStream.range(20, 40)
              .mapToObj(i -> Message.to("order-42", i).withIdempotencyKey("key " + (100 - i)))
              .toList());
      IntStream.range(40, 60).forEach(i -> dbos.send("order-42", i));
      sent.countDown();

      assertThat(order.result()).isEqualTo(expected.toString());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutAMessageInTimeTheResultIsEmpty(Product product) {
    SettableClock clock = new SettableClock();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site, none -> Workflow.receive(String.class, Duration.ofHours(1)).orElse("gone"))
                .clock(clock)
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("it waits", () -> dbos.steps("order-42").size() == 1);
      clock.advance(Duration.ofHours(1));

      assertThat(order.result()).isEqualTo("gone");
      assertThat(dbos.steps("order-42").getFirst().payload().outputText()).isEqualTo("null");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theSecondMessageWithTheSameKeyIsDropped(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.receive(String.class, LONG).orElse("-")
                            + Workflow.receive(String.class, LONG).orElse("-")
                            + Workflow.receive(String.class, Duration.ZERO).orElse("-"))
                .launch()) {
      dbos.run(CASHIER, "", StartOptions.id("till"));
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      dbos.send(Message.to("order-42", "a").withIdempotencyKey("payment-7"));
      dbos.send(Message.to("order-42", "b").withIdempotencyKey("payment-7"));
      // The key is one for each destination.
      dbos.send(Message.to("till", "c").withIdempotencyKey("payment-7"));
      dbos.send("order-42", "d");

      assertThat(order.result()).isEqualTo("ad-");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void ofSeveralMessagesAllAreSentOrNone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows rows = SystemRows.of(site);

      assertThatThrownBy(
              () -> dbos.sendAll(List.of(Message.to("order-42", "a"), Message.to("order-43", "b"))))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id order-43 in the system database, so nothing was sent to"
                  + " it. Start it first, or check the id.");
      assertThat(rows.query("SELECT message FROM notifications")).isEmpty();

      dbos.sendAll(List.of(Message.to("order-42", "a"), Message.to("order-42", "b")));
      assertThat(rows.query("SELECT message FROM notifications ORDER BY created_at_epoch_ms"))
          .containsExactly("\"a\"", "\"b\"");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneKeyTwiceAmongSeveralMessagesIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      Message message = Message.to("order-42", "a").withIdempotencyKey("payment-7");

      assertThatThrownBy(() -> dbos.sendAll(List.of(message, message)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Workflows.sendAll was given idempotency key payment-7 more than once. Give each"
                  + " message a key of its own, or none.");
      assertThat(SystemRows.of(site).query("SELECT message FROM notifications")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void sendingToAnUnknownWorkflowSaysSo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      try {
                        Workflow.send("order-1", "lost");
                      } catch (UnknownWorkflowException unknown) {
                        return unknown.workflowId() + " is unknown";
                      }
                      return "sent";
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.send("order-1", "lost"))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessageStartingWith("There is no workflow with id order-1 in the system database");
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("order-1 is unknown");
    }
    // A replay finds it unknown, too, although it is not any more.
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, MessageTest::sendToOrderOne).launch()) {
        dbos.run(CHECKOUT, null, ORDER);
        SystemRows.of(site).forgetTheEndOf("order-42");
        dbos.run(CASHIER, "", StartOptions.id("order-1"));
      }
      try (DBOS dbos = shop(site, MessageTest::sendToOrderOne).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("unknown");
      }
    }
  }

  private static String sendToOrderOne(@Nullable Void none) {
    try {
      Workflow.send("order-1", "lost");
      return "sent";
    } catch (UnknownWorkflowException unknown) {
      return "unknown";
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatEndedCanStillBeSentTo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "done").launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      dbos.send("order-42", "late");

      assertThat(SystemRows.of(site).query("SELECT topic FROM notifications"))
          .containsExactly("__null__topic__");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void forksGetTheMessageWhenTheyAreToo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      for (String id : List.of("order-42", "fork", "fork of fork", "other")) {
        dbos.run(CASHIER, "", StartOptions.id(id));
      }
      SystemRows rows = SystemRows.of(site);
      rows.change(
          "UPDATE workflow_status SET forked_from = 'order-42' WHERE workflow_uuid = 'fork'");
      rows.change(
          "UPDATE workflow_status SET forked_from = 'fork' WHERE workflow_uuid = 'fork of fork'");
      dbos.send(Message.to("order-42", "all").withForks().withIdempotencyKey("key"));
      dbos.send(Message.to("order-42", "all").withForks().withIdempotencyKey("key"));
      dbos.send(Message.to("order-42", "one"));

      assertThat(rows.query("SELECT destination_uuid FROM notifications ORDER BY 1"))
          .containsExactly("fork", "fork of fork", "order-42", "order-42");
      assertThat(rows.query("SELECT message_uuid FROM notifications ORDER BY 1"))
          .contains("key::fork", "key::fork of fork", "key::order-42");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowSendsOnceHoweverOftenItIsReplayed(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> {
          Workflow.send(Message.to("till", "a").withTopic("sales"));
          Workflow.sendAll(List.of(Message.to("till", "b"), Message.to("till", "c")));
          return "sent";
        };
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, body).launch()) {
        dbos.run(CASHIER, "", StartOptions.id("till"));
        dbos.run(CHECKOUT, null, ORDER);
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("sent");
        assertThat(dbos.steps("order-42"))
            .extracting(StepStatus::name)
            .containsExactly("DBOS.send", "DBOS.sendBulk");
        assertThat(SystemRows.of(site).query("SELECT message FROM notifications ORDER BY 1"))
            .containsExactly("\"a\"", "\"b\"", "\"c\"");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepSendsOnceForEachAttempt(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.callStep(
                            "tell the till",
                            () -> {
                              Workflow.send("till", "from a step");
                              return "sent";
                            }))
                .launch()) {
      dbos.run(CASHIER, "", StartOptions.id("till"));

      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("sent");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("tell the till");
      assertThat(SystemRows.of(site).query("SELECT message FROM notifications"))
          .containsExactly("\"from a step\"");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aReceivedMessageIsReplayedAndNotReceivedAgain(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none ->
            Workflow.receive(String.class, LONG).orElse("-")
                + Workflow.receive(String.class, LONG).orElse("-");
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, body).launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        dbos.send("order-42", "a");
        Eventually.holds(
            "the first is received",
            () ->
                dbos.steps("order-42").stream()
                    .anyMatch(step -> "\"a\"".equals(step.payload().outputText())));
      }
      try (DBOS dbos = shop(site, body).launch()) {
        dbos.send("order-42", "b");
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("ab");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRestartKeepsTheOriginalDeadline(Product product) {
    SettableClock clock = new SettableClock();
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> Workflow.receive(String.class, Duration.ofHours(2)).orElse("too late");
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, body).clock(clock).launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("it waits", () -> dbos.steps("order-42").size() == 1);
      }
      clock.advance(Duration.ofHours(2).minusMillis(1));
      try (DBOS dbos = shop(site, body).clock(clock).launch()) {
        WorkflowHandle<String> order = dbos.retrieve("order-42", String.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(order.result()).isEqualTo("too late");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aMessageOfAnotherTypeIsNotLost(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> {
          String refusal;
          try {
            refusal = "received " + Workflow.receive(Integer.class, LONG);
          } catch (SerializationException unreadable) {
            refusal = String.valueOf(unreadable.getMessage());
          }
          return refusal
              + " / "
              + Workflow.receive(new TypeRef<List<String>>() {}, LONG).orElseThrow();
        };
    try (Site site = Site.of(product)) {
      String result;
      try (DBOS dbos = shop(site, body).launch()) {
        WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
        dbos.send("order-42", List.of("tea", "milk"));
        result = order.result();
        assertThat(result)
            .startsWith("The message does not convert to java.lang.Integer")
            .endsWith(
                "It stays the next message of workflow order-42 on its topic; receive it as another"
                    + " type. / [tea, milk]");
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo(result);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aMessageInAnotherLanguagesOwnFormatIsNotLostEither(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> Workflow.receive(String.class, LONG).orElse("-")).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      SystemRows.of(site)
          .change(
              "INSERT INTO notifications (message_uuid, destination_uuid, topic, message,"
                  + " serialization, created_at_epoch_ms, consumed) VALUES ('m', 'order-42',"
                  + " '__null__topic__', 'gASV', 'py_pickle', 1, FALSE)");

      assertThatThrownBy(order::result)
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(SerializationException.class)
          .hasMessage(
              "The message is stored in format py_pickle, which only its writer can read. Have it"
                  + " written as portable_json. It stays the next message of workflow order-42 on its"
                  + " topic; receive it as another type.");
      assertThat(SystemRows.of(site).query("SELECT message FROM notifications WHERE NOT consumed"))
          .containsExactly("gASV");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void receivingWorksOnlyInTheBodyOfAWorkflow(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.callStep(
                            "wait for payment",
                            () -> Workflow.receive(String.class, LONG).orElse("-")))
                .launch()) {
      assertThatThrownBy(() -> Workflow.receive(String.class, LONG))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.receive works only inside a workflow; this thread is not running one.");
      assertThatThrownBy(() -> Workflow.send("order-42", "a"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.send works only inside a workflow; this thread is not running one.");
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.receive was called inside step \"wait for payment\" of workflow order-42."
                  + " Call it from the workflow's body, between steps.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aPayloadThatCannotBeStoredIsRefusedBeforeAnythingIsSent(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      dbos.run(CHECKOUT, null, ORDER);

      assertThatThrownBy(() -> dbos.send("order-42", Double.NaN))
          .isInstanceOf(SerializationException.class)
          .hasMessageStartingWith("The message to workflow order-42 cannot be sent: ");
    }
  }
}
