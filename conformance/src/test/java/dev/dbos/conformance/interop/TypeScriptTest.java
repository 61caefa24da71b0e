package dev.dbos.conformance.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.interop.TypeScript.Refused;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.Arguments;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.Target;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The official TypeScript SDK as a foreign worker and client on one PostgreSQL system database, at
 * the versions of the tables that its two generations need.
 */
@SuppressWarnings({"try", "unchecked"}) // some only run; and values are whatever the others wrote
class TypeScriptTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String OLDER = "4.27.6";
  private static final String NEWER = "5.3.0";

  private static final String QUEUE = "java-queue";

  record Order(String customer, int pieces) {}

  record Receipt(String customer, int total) {}

  private static final WorkflowDefinition<Order, Receipt> CHECKOUT =
      WorkflowDefinition.of("checkout", Order.class, Receipt.class);
  private static final WorkflowDefinition<Arguments, String> DESCRIBE =
      WorkflowDefinition.of("describe", Arguments.class, String.class);
  private static final WorkflowDefinition<String, Object> AWAIT_PAYMENT =
      WorkflowDefinition.of("awaitPayment", String.class, Object.class);

  private static DbosBuilder shop(Site site) {
    return DBOS.builder("java-shop")
        .applicationVersion("java-1")
        .executorId("java-till")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .queue(Queue.named(QUEUE))
        .workflow(
            CHECKOUT,
            order -> {
              if (order.pieces() == 0) {
                throw new IllegalArgumentException("nothing ordered");
              }
              return new Receipt(
                  order.customer(), Workflow.callStep("price", () -> 7 * order.pieces()));
            })
        .workflow(DESCRIBE, args -> args.positional() + " " + args.named())
        .workflow(
            AWAIT_PAYMENT,
            topic -> {
              Workflow.setEvent("ready", true);
              Object payment = Workflow.receive(topic, Object.class, PATIENCE).orElseThrow();
              Workflow.writeStream("log", payment);
              Workflow.writeStream("log", "end");
              Workflow.closeStream("log");
              Workflow.setEvent("received", payment);
              return Map.of("received", payment);
            });
  }

  private static Map<String, @Nullable Object> forUs(String workflow, String id) {
    return Map.of(
        "queueName", QUEUE,
        "workflowName", workflow,
        "workflowID", id,
        "applicationName", "java-shop");
  }

  private static StartOptions forThem(String id) {
    return StartOptions.id(id).withQueue("ts-queue").withTarget(Target.application("ts-shop"));
  }

  private static long version(Site site) {
    return Long.parseLong(Rows.of(site).query("SELECT version FROM dbos_migrations").getFirst());
  }

  @Test
  void theFourthGenerationAt108() throws IOException {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos = shop(site).launch();
        TypeScript peer = TypeScript.start(OLDER, site).launched()) {
      assertThat(version(site)).isEqualTo(108);

      everythingBothWays(site, dbos, peer, "four");
      sqlEnqueuesForThem(site, dbos, "four-sql-ts");
    }
  }

  @Test
  void theFifthGenerationBringsTheTablesTo123WhileWeRun() throws IOException {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, new Order("Ann", 1), StartOptions.id("before"));
      AtomicBoolean migrated = new AtomicBoolean();
      CompletableFuture<List<String>> one = checkoutsUntil(migrated, dbos, "one");
      CompletableFuture<List<String>> two = checkoutsUntil(migrated, dbos, "two");

      try (TypeScript peer = migratedBy(NEWER, site)) {
        assertThat(version(site)).isEqualTo(123);
        migrated.set(true);
        Map<String, Object> receipt = Map.of("customer", "Ann", "total", 7);
        assertThat(peer.call("result", one.join().getLast())).isEqualTo(receipt);
        assertThat(peer.call("result", two.join().getLast())).isEqualTo(receipt);
        everythingBothWays(site, dbos, peer, "five");
        sqlEnqueuesForThem(site, dbos, "five-sql-ts");
        assertThat(peer.call("result", "before")).isEqualTo(receipt);
      }
    }
  }

  /** Runs workflows one after another, and names those that it ran. */
  private static CompletableFuture<List<String>> checkoutsUntil(
      AtomicBoolean stop, DBOS dbos, String prefix) {
    CompletableFuture<List<String>> ran = new CompletableFuture<>();
    return ran.completeAsync(
        () -> {
          List<String> ids = new ArrayList<>();
          do {
            String id = prefix + ids.size();
            assertThat(dbos.run(CHECKOUT, new Order("Ann", 1), StartOptions.id(id)))
                .isEqualTo(new Receipt("Ann", 7));
            ids.add(id);
          } while (!stop.get());
          return ids;
        },
        Thread::startVirtualThread);
  }

  /**
   * A worker that finds the tables too old. One of its changes locks the steps and then the
   * workflows, where we lock the workflows and then the steps, so PostgreSQL may end either for a
   * deadlock: what we do is repeated, and it is started again, as by whoever keeps it running.
   */
  private static TypeScript migratedBy(String version, Site site) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return TypeScript.start(version, site).launched();
      } catch (Refused refused) {
        if (!String.valueOf(refused.getMessage()).contains("deadlock detected")
            || System.nanoTime() - deadline > 0) {
          throw refused;
        }
      }
    }
  }

  @Test
  void bothGenerationsAndWeAt123() throws IOException {
    try (Site site = Site.of(Product.POSTGRESQL)) {
      try (DBOS first = shop(site).launch();
          TypeScript newer = migratedBy(NEWER, site)) {
        assertThat(version(site)).isEqualTo(123);
        assertThat(first.count(WorkflowQuery.all())).isZero();
        assertThat(newer.call("list", Map.of())).isEqualTo(List.of());
      }
      try (DBOS dbos = shop(site).launch();
          TypeScript older = TypeScript.start(OLDER, site).launched();
          TypeScript reader = TypeScript.start(NEWER, site)) {
        everythingBothWays(site, dbos, older, "four");

        assertThat(reader.call("result", "four-checkout"))
            .isEqualTo(Map.of("customer", "Bob", "total", 21));
        assertThat(reader.call("result", "four-add")).isEqualTo(42);
        reader.call("enqueue", forUs("checkout", "five-checkout"), List.of(order("Eve", 2)));
        assertThat(dbos.retrieve("five-checkout", Receipt.class).result(PATIENCE))
            .isEqualTo(new Receipt("Eve", 14));
        assertThat(older.call("result", "five-checkout"))
            .as("what the newer one enqueued and we ran, read by the older one")
            .isEqualTo(Map.of("customer", "Eve", "total", 14));
        assertThat(inputOf(older.call("status", "five-checkout")))
            .isEqualTo(List.of(order("Eve", 2)));
      }
    }
  }

  private static Map<String, Object> order(String customer, int pieces) {
    return Map.of("customer", customer, "pieces", pieces);
  }

  @SuppressWarnings("unchecked") // a JSON object
  private static @Nullable Object inputOf(@Nullable Object status) {
    return ((Map<String, @Nullable Object>) requireNonNull(status)).get("input");
  }

  private static void everythingBothWays(Site site, DBOS dbos, TypeScript peer, String prefix) {
    theyEnqueueForUs(dbos, peer, prefix);
    theyTalkToUs(dbos, peer, prefix);
    weEnqueueForThem(site, dbos, peer, prefix);
    weTalkToThem(site, dbos, prefix);
    sqlEnqueuesForUs(site, dbos, peer, prefix);
    bothSteer(dbos, peer, prefix);
  }

  private static void theyEnqueueForUs(DBOS dbos, TypeScript peer, String prefix) {
    String id = prefix + "-checkout";
    assertThat(peer.call("enqueue", forUs("checkout", id), List.of(order("Bob", 3)))).isEqualTo(id);

    assertThat(peer.call("result", id)).isEqualTo(Map.of("customer", "Bob", "total", 21));
    assertThat(dbos.retrieve(id, Receipt.class).result(PATIENCE)).isEqualTo(new Receipt("Bob", 21));
    assertThat(peer.call("steps", id)).isEqualTo(List.of("price"));
    assertThat(dbos.status(id).orElseThrow().input(Order.class)).contains(new Order("Bob", 3));
    assertThat(inputOf(peer.call("status", id))).isEqualTo(List.of(order("Bob", 3)));

    String failing = prefix + "-nothing";
    peer.call("enqueue", forUs("checkout", failing), List.of(order("Bob", 0)));
    Refused refused = catchThrowableOfType(Refused.class, () -> peer.call("result", failing));
    assertThat(refused).hasMessage("nothing ordered");
    assertThat(refused.details()).startsWith("IllegalArgumentException");

    String named = prefix + "-named";
    peer.call("enqueue", forUs("describe", named), List.of(1, "two"), Map.of("gift", true));
    assertThat(peer.call("result", named)).isEqualTo("[1, two] {gift=true}");

    String unreadable = prefix + "-native";
    peer.call("enqueueNative", forUs("checkout", unreadable), order("Bob", 3));
    assertThatThrownBy(() -> dbos.retrieve(unreadable, Receipt.class).result(PATIENCE))
        .isInstanceOf(WorkflowFailedException.class)
        .hasMessageContaining("is stored in format js_superjson");
    assertThatThrownBy(() -> peer.call("result", unreadable))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is stored in format js_superjson");
  }

  /** An event of ours as they read it; their client looks every ten seconds, so it waits for us. */
  private static @Nullable Object eventOf(DBOS dbos, TypeScript peer, String id, String key) {
    assertThat(dbos.getEvent(id, key, Object.class, PATIENCE)).isPresent();
    return peer.call("event", id, key);
  }

  private static void theyTalkToUs(DBOS dbos, TypeScript peer, String prefix) {
    String id = prefix + "-payment";
    dbos.start(AWAIT_PAYMENT, "payment", StartOptions.id(id));
    assertThat(eventOf(dbos, peer, id, "ready")).isEqualTo(true);

    peer.call("send", id, Map.of("euro", 5), "payment", "key-1");
    peer.call("send", id, Map.of("euro", 5), "payment", "key-1");

    assertThat(eventOf(dbos, peer, id, "received")).isEqualTo(Map.of("euro", 5));
    assertThat(peer.call("stream", id, "log")).isEqualTo(List.of(Map.of("euro", 5), "end"));
    assertThat(peer.call("result", id)).isEqualTo(Map.of("received", Map.of("euro", 5)));
    assertThat(dbos.retrieve(id, Object.class).result(PATIENCE))
        .isEqualTo(Map.of("received", Map.of("euro", 5)));
  }

  private static void weEnqueueForThem(Site site, DBOS dbos, TypeScript peer, String prefix) {
    WorkflowHandle<@Nullable Object> sum =
        dbos.enqueue("add", List.of(20, 22), forThem(prefix + "-add"));

    assertThat(sum.result(PATIENCE)).isEqualTo(42);
    assertThat(dbos.retrieve(sum.id(), Integer.class).result(PATIENCE)).isEqualTo(42);
    assertThat(peer.call("result", sum.id())).isEqualTo(42);
    assertThat(dbos.steps(sum.id())).extracting(StepStatus::name).containsExactly("sum");
    assertThat(sum.status().origin().applicationName()).isEqualTo("ts-shop");
    assertThat(sum.status().executorId()).contains("ts-till");
    assertThat(sum.status().input(Arguments.class)).contains(Arguments.of(20, 22));

    WorkflowHandle<@Nullable Object> failing =
        dbos.enqueue("fail", List.of("no tea"), forThem(prefix + "-fail"));
    assertThatThrownBy(() -> failing.result(PATIENCE))
        .isInstanceOf(WorkflowFailedException.class)
        .hasMessageContaining("OutOfTea: no tea")
        .hasMessageContaining("418")
        .hasMessageContaining("{\"why\":\"sold out\"}");
    assertThatThrownBy(() -> peer.call("result", failing.id()))
        .isInstanceOf(Refused.class)
        .hasMessage("no tea");

    try (DbosClient client = DbosClient.create(site.systemUrl())) {
      assertThat(client.list(WorkflowQuery.all().withApplication("ts-shop")))
          .extracting(WorkflowStatus::id)
          .contains(sum.id(), failing.id());
    }
    WorkflowHandle<@Nullable Object> order =
        dbos.enqueue(
            "order",
            List.of(QUEUE, "checkout", "java-shop", order("Zoe", 4)),
            forThem(prefix + "-order"));
    assertThat(order.result(PATIENCE))
        .as("they enqueue for us in a workflow that we enqueued for them")
        .isEqualTo(Map.of("customer", "Zoe", "total", 28));
  }

  private static void weTalkToThem(Site site, DBOS dbos, String prefix) {
    String id = prefix + "-talk";
    dbos.enqueue("talk", List.of("payment"), forThem(id));
    assertThat(dbos.getEvent(id, "ready", Boolean.class, PATIENCE)).contains(true);

    Message message = Message.to(id, Map.of("euro", 9)).withTopic("payment");
    dbos.send(message.withIdempotencyKey("key-2"));
    dbos.send(message.withIdempotencyKey("key-2"));

    assertThat(dbos.getEvent(id, "received", Object.class, PATIENCE)).contains(Map.of("euro", 9));
    assertThat(
            StreamSupport.stream(dbos.readStream(id, "log", Object.class).spliterator(), false)
                .toList())
        .isEqualTo(List.of(Map.of("euro", 9), "end"));
    assertThat(dbos.retrieve(id, Object.class).result(PATIENCE))
        .isEqualTo(Map.of("received", Map.of("euro", 9)));
    assertThat(
            Rows.of(site)
                .query("SELECT count(*) FROM notifications WHERE destination_uuid = '" + id + "'"))
        .containsExactly("1");
  }

  private static void sqlEnqueuesForUs(Site site, DBOS dbos, TypeScript peer, String prefix) {
    Rows rows = Rows.of(site);
    String ours = prefix + "-sql-java";
    rows.query(
        "SELECT dbos.enqueue_workflow('checkout', '"
            + QUEUE
            + "', ARRAY['{\"customer\": \"Sue\", \"pieces\": 1}']::json[], workflow_id => '"
            + ours
            + "', application_name => 'java-shop')");
    assertThat(dbos.retrieve(ours, Receipt.class).result(PATIENCE))
        .isEqualTo(new Receipt("Sue", 7));
    assertThat(peer.call("result", ours)).isEqualTo(Map.of("customer", "Sue", "total", 7));

    String waiting = prefix + "-sql-payment";
    dbos.start(AWAIT_PAYMENT, "payment", StartOptions.id(waiting));
    rows.query("SELECT dbos.send_message('" + waiting + "', '{\"euro\": 1}', 'payment')");
    assertThat(dbos.retrieve(waiting, Object.class).result(PATIENCE))
        .isEqualTo(Map.of("received", Map.of("euro", 1)));
  }

  /** At 123 the function writes only where the newer generation looks. */
  private static void sqlEnqueuesForThem(Site site, DBOS dbos, String id) {
    Rows.of(site)
        .query(
            "SELECT dbos.enqueue_workflow('add', 'ts-queue', ARRAY['1', '2']::json[],"
                + " workflow_id => '"
                + id
                + "', application_name => 'ts-shop')");
    assertThat(dbos.retrieve(id, Integer.class).result(PATIENCE)).isEqualTo(3);
  }

  private static void bothSteer(DBOS dbos, TypeScript peer, String prefix) {
    String id = prefix + "-waits";
    dbos.start(AWAIT_PAYMENT, "payment", StartOptions.id(id));
    assertThat(eventOf(dbos, peer, id, "ready")).isEqualTo(true);
    peer.call("cancel", id);
    assertThatThrownBy(() -> dbos.retrieve(id, Object.class).result(PATIENCE))
        .isInstanceOf(WorkflowCancelledException.class);
    peer.call("resume", id);
    dbos.send(Message.to(id, Map.of("euro", 2)).withTopic("payment"));
    assertThat(dbos.retrieve(id, Object.class).result(PATIENCE))
        .isEqualTo(Map.of("received", Map.of("euro", 2)));

    String fork = String.valueOf(peer.call("fork", prefix + "-checkout", 0));
    assertThat(dbos.retrieve(fork, Receipt.class).result(PATIENCE))
        .isEqualTo(new Receipt("Bob", 21));
    String again = dbos.fork(prefix + "-add", ForkOptions.fromStep(0)).id();
    assertThat(peer.call("result", again)).isEqualTo(42);
  }
}
