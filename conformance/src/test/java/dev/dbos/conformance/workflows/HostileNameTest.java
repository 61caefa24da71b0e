package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.DbosException;
import dev.dbos.error.SerializationException;
import dev.dbos.serialization.Arguments;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Names, ids, keys and topics that somebody chose badly: they work, or are refused, everywhere. */
@Timeout(300)
class HostileNameTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("tills");
  private static final String HUGE = "x".repeat(10_000_000);
  private static final WorkflowDefinition<Void, String> PLAIN =
      WorkflowDefinition.of("plain", Void.class, String.class);

  static Stream<Object[]> oddNames() {
    List<String> names =
        List.of(
            "o'clock\"; drop table workflow_status; -- \\ \\' $1 $$ ?",
            "100% _under_score ${HOME} {0} :name ::text",
            "\ud83c\udf75 \u8336 \u200f\u0634\u0627\u064a e\u0301",
            " \t\r\n\u0001\u007f\u2028 ",
            incompressible(1_000));
    return Stream.of(Product.values())
        .flatMap(product -> names.stream().map(name -> new Object[] {product, name}));
  }

  /** Nothing that an index could make shorter, in characters of one to four bytes. */
  private static String incompressible(int bytes) {
    Random random = new Random(5);
    StringBuilder text = new StringBuilder();
    int left = bytes;
    while (left > 4) {
      int point = random.nextInt(0x21, 0xd7ff);
      left -= point < 0x80 ? 1 : point < 0x800 ? 2 : 3;
      text.appendCodePoint(point);
    }
    return text.append("x".repeat(left)).toString();
  }

  @ParameterizedTest
  @MethodSource("oddNames")
  void everythingMayHaveAnOddName(Product product, String name) {
    WorkflowDefinition<Void, String> child = WorkflowDefinition.of(name, Void.class, String.class);
    try (Site site = Site.of(product);
        JdbcDatasource shop = JdbcDatasource.builder(site.systemUrl()).name(name).build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .executorId(name)
                .applicationVersion(name)
                .datasource(shop)
                .workflow(
                    PLAIN,
                    none -> {
                      Workflow.setEvent(name, name);
                      Workflow.writeStream(name, name);
                      Workflow.closeStream(name);
                      Workflow.patch(name.substring(0, Math.min(name.length(), 300)));
                      shop.runTransaction(name, connection -> {});
                      String inner = Workflow.start(child).result();
                      return inner + Workflow.receive(name, String.class, LONG).orElseThrow();
                    })
                .workflow(child, none -> Workflow.callStep(name, () -> name))
                .launch()) {
      WorkflowHandle<String> handle =
          dbos.start(
              PLAIN,
              null,
              StartOptions.id(name)
                  .withAuthenticatedUser(name, name)
                  .withAssumedRole(name)
                  .withAttributes(Map.of(name, name)));
      dbos.send(Message.to(name, name).withTopic(name).withIdempotencyKey(name));
      assertThat(handle.result()).isEqualTo(name + name);
      assertThat(handle.id()).isEqualTo(name);

      WorkflowStatus status = dbos.status(name).orElseThrow();
      assertThat(status.id()).isEqualTo(name);
      assertThat(status.user()).contains(name);
      assertThat(status.attributes()).containsEntry(name, name);
      assertThat(status.executorId()).contains(name);
      assertThat(status.origin().applicationVersion()).isEqualTo(name);
      assertThat(dbos.getEvent(name, name, String.class, LONG)).contains(name);
      try (StreamReader<String> values =
          dbos.readStream(name, name, String.class, StreamOptions.DEFAULT)) {
        assertThat(values).containsExactly(name);
      }
      assertThat(dbos.steps(name)).extracting(StepStatus::name).contains(name);
      assertThat(dbos.list(WorkflowQuery.all().withParent(name)))
          .singleElement()
          .satisfies(
              only -> {
                assertThat(only.name()).isEqualTo(name);
                assertThat(only.state()).isEqualTo(WorkflowState.SUCCESS);
              });
      assertThat(dbos.list(WorkflowQuery.all().withName(name))).hasSize(1);
      assertThat(dbos.list(WorkflowQuery.all().withIdPrefix(name))).hasSize(2);
      assertThat(dbos.list(WorkflowQuery.all().withUser(name))).hasSize(2);
      assertThat(dbos.list(WorkflowQuery.all().withAttributes(Map.of(name, name)))).hasSize(1);
      dbos.setLatestVersion(name);
      StartOptions queued =
          StartOptions.DEFAULT.withQueue(name).withApplicationVersion(name).withDelay(LONG);
      String waiting = dbos.enqueue(child, null, queued.withDeduplication(name)).id();
      assertThat(dbos.status(waiting).orElseThrow().deduplicationId()).contains(name);
      dbos.enqueue(name, Arguments.none(), queued.withPartitionKey(name));
      assertThat(dbos.list(WorkflowQuery.all().withQueue(name))).hasSize(2);
      assertThat(dbos.fork(name, ForkOptions.fromStep(6)).id()).isNotEqualTo(name);
      dbos.delete(name);
      assertThat(dbos.status(name)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatNoDatabaseStoresIsRefusedByItsName(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = builder(site).launch()) {
      for (String text : List.of("tea\u0000pot", "tea\ud83c", "\udf75tea", HUGE)) {
        String why =
            text.equals(HUGE) ? "takes more than" : "which databases do not store. Remove it.";
        for (ThrowingCallable choice : choices(dbos, text)) {
          assertThatIllegalArgumentException()
              .isThrownBy(choice)
              .withMessageContaining(why)
              .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(300));
        }
      }
      assertThat(dbos.list(WorkflowQuery.all())).isEmpty();
      assertThat(dbos.run(PLAIN, null)).isEqualTo("done");
    }
  }

  private static DbosBuilder builder(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .workflow(PLAIN, none -> "done");
  }

  private static List<ThrowingCallable> choices(DBOS dbos, String text) {
    return List.of(
        () -> dbos.start(PLAIN, null, StartOptions.id(text)),
        () -> dbos.start(PLAIN, null, StartOptions.DEFAULT.withAuthenticatedUser(text)),
        () -> dbos.start(PLAIN, null, StartOptions.DEFAULT.withAssumedRole(text)),
        () -> dbos.enqueue(PLAIN, null, StartOptions.DEFAULT.withQueue(text)),
        () -> dbos.enqueue(PLAIN, null, QUEUED.withDeduplication(text)),
        () -> dbos.enqueue(PLAIN, null, QUEUED.withPartitionKey(text)),
        () -> dbos.enqueue(PLAIN, null, QUEUED.withApplicationVersion(text)),
        () -> Queue.named(text),
        () -> dbos.fork("order-1", ForkOptions.fromStep(0).withQueue(text)),
        () -> dbos.enqueue(text, Arguments.none(), QUEUED),
        () -> dbos.fork("order-1", ForkOptions.fromStep(0).withId(text)),
        () -> dbos.fork("order-1", ForkOptions.fromStep(0).withApplicationVersion(text)),
        () -> dbos.send(text, "tea"),
        () -> dbos.send(Message.to("order-1", "tea").withTopic(text)),
        () -> dbos.send(Message.to("order-1", "tea").withIdempotencyKey(text)),
        () -> DBOS.builder("tea-shop").executorId(text),
        () -> DBOS.builder("tea-shop").applicationVersion(text),
        () -> WorkflowDefinition.of(text, Void.class, String.class),
        () -> JdbcDatasource.builder("sqlite:///tea.db").name(text));
  }

  /** On SQLite it would find nothing, on PostgreSQL it would be an error of the server. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void lookingForWhatCannotBeIsRefusedAlike(Product product) {
    String nul = "tea\u0000pot";
    try (Site site = Site.of(product);
        DBOS dbos = builder(site).launch()) {
      dbos.run(PLAIN, null, StartOptions.id("order-1"));
      List<ThrowingCallable> lookups =
          List.of(
              () -> dbos.status(nul),
              () -> dbos.steps(nul),
              () -> dbos.retrieve(nul, String.class),
              () -> dbos.list(WorkflowQuery.all().withId(nul)),
              () -> dbos.list(WorkflowQuery.all().withIdPrefix(nul)),
              () -> dbos.list(WorkflowQuery.all().withAttributes(Map.of("kind", nul))),
              () -> dbos.cancel(nul),
              () -> dbos.cancel(List.of("order-1", nul), Reach.ONLY_THESE),
              () -> dbos.resume(nul),
              () -> dbos.delete(nul),
              () -> dbos.fork(nul, ForkOptions.fromStep(0)),
              () -> dbos.events(nul),
              () -> dbos.getEvent("order-1", nul, String.class, Duration.ZERO),
              () -> dbos.setAttributes(nul, Map.of()),
              () -> dbos.setAttributes("order-1", Map.of("remark", nul)),
              () -> dbos.mergeAttributes("order-1", Map.of(nul, "")),
              () -> dbos.setPriority(nul, 1));
      for (ThrowingCallable lookup : lookups) {
        assertThatIllegalArgumentException()
            .isThrownBy(lookup)
            .withMessageContaining("NUL character");
      }
      assertThat(dbos.status(HUGE)).isEmpty();
      dbos.cancel(HUGE);
      assertThat(dbos.status("order-1").orElseThrow().state()).isEqualTo(WorkflowState.SUCCESS);
    }
  }

  /** A step whose name is refused has not run, and the workflow may go on. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowTheRefusalIsSeenAgainOnReplay(Product product) {
    List<List<String>> seen = new ArrayList<>();
    try (Site site = Site.of(product);
        JdbcDatasource shop = JdbcDatasource.builder(site.systemUrl()).name("shop").build()) {
      DbosBuilder builder =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .workflow(
                  PLAIN,
                  none -> {
                    seen.add(refusals(shop));
                    return Workflow.callStep("pack", () -> "packed");
                  });
      try (DBOS dbos = builder.launch()) {
        assertThat(dbos.run(PLAIN, null, StartOptions.id("order-1"))).isEqualTo("packed");
      }
      SystemRows.of(site).forgetTheEndOf("order-1");
      try (DBOS dbos = builder.launch()) {
        assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo("packed");
        assertThat(dbos.steps("order-1")).extracting(StepStatus::name).containsExactly("pack");
      }
      assertThat(seen).hasSize(2);
      assertThat(seen.getFirst()).isEqualTo(seen.getLast()).hasSize(14).doesNotContain("ran");
    }
  }

  private static List<String> refusals(JdbcDatasource shop) {
    List<String> refusals = new ArrayList<>();
    for (String text : List.of("tea\u0000pot", HUGE)) {
      List<ThrowingCallable> calls =
          List.of(
              () -> Workflow.runStep(text, () -> refusals.add("ran")),
              () -> shop.runTransaction(text, connection -> refusals.add("ran")),
              () -> Workflow.setEvent(text, "tea"),
              () -> Workflow.writeStream(text, "tea"),
              () -> Workflow.closeStream(text),
              () -> Workflow.start(PLAIN, null, StartOptions.id(text)),
              () -> Workflow.patch(text));
      for (ThrowingCallable call : calls) {
        @Nullable Throwable refusal = catchThrowable(call);
        assertThat(refusal).isInstanceOf(IllegalArgumentException.class);
        refusals.add(String.valueOf(refusal.getMessage()));
      }
    }
    return refusals;
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSchemaMayHaveAnOddNameOrIsRefused(Product product) {
    try (Site site = Site.of(product)) {
      String odd = "sh'o\"p \ud83c\udf75 %;--";
      try (DBOS dbos = builder(site).systemDatabaseSchema(odd).launch()) {
        assertThat(dbos.run(PLAIN, null, StartOptions.id("order-1"))).isEqualTo("done");
        dbos.fork("order-1", ForkOptions.fromStep(0)).result();
      }
      if (product == Product.POSTGRESQL) {
        for (String refused : List.of("tea\u0000pot", HUGE, "tea\ud83c")) {
          assertThatThrownBy(
                  () ->
                      builder(site)
                          .systemDatabaseSchema(refused)
                          .migrate(MigrationMode.MIGRATE)
                          .launch())
              .isInstanceOf(DbosException.class)
              .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(400));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void valuesMayHoldAnythingThatCanBeReadAgain(Product product) {
    WorkflowDefinition<Map<String, String>, String> echo =
        WorkflowDefinition.of("echo", new TypeRef<Map<String, String>>() {}, String.class);
    try (Site site = Site.of(product);
        DBOS dbos = builder(site).workflow(echo, map -> String.valueOf(map)).launch()) {
      Map<String, String> input = Map.of("tea\u0000pot", "\udf75\u0000\ud83c");
      assertThat(dbos.run(echo, input)).isEqualTo(String.valueOf(input));
      assertThatThrownBy(() -> dbos.start(echo, Map.of("tea\ud83c", "")))
          .isInstanceOf(SerializationException.class)
          .hasMessage(
              "A value with half of a surrogate pair in the key of a map or in a name cannot be"
                  + " stored: it could not be read again; remove it");
    }
  }
}
