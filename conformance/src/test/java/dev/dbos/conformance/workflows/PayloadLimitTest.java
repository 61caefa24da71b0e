package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.Arguments;
import dev.dbos.serialization.PayloadLimit;
import dev.dbos.serialization.Serializer;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowQuery;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is larger than a database should take is refused before anything is written. */
@Timeout(300)
class PayloadLimitTest {
  private static final int LIMIT = 4_096;
  private static final String FITS = "t".repeat(LIMIT - 100);
  private static final String TOO_LARGE = "t".repeat(LIMIT + 1);
  private static final String LONG = "t".repeat(65_536);
  private static final String REFUSAL =
      "The value takes more than 4 KiB as JSON, the most that is stored for one value; keep it"
          + " elsewhere and store where it is, or raise payloadLimit(...)";
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-1");

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable String, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .payloadLimit(new PayloadLimit(LIMIT))
        .workflow(CHECKOUT, checkout);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inputsAndAttributesAreRefusedAndNothingBegins(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, order -> order).launch()) {
      assertThatThrownBy(() -> dbos.start(CHECKOUT, TOO_LARGE, ORDER))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
      assertThatThrownBy(
              () -> dbos.start(CHECKOUT, "tea", ORDER.withAttributes(Map.of("remark", TOO_LARGE))))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
      assertThatThrownBy(
              () -> dbos.enqueue("checkout", Arguments.of(TOO_LARGE), ORDER.withQueue("tills")))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
      assertThat(dbos.list(WorkflowQuery.all())).isEmpty();

      assertThat(dbos.run(CHECKOUT, FITS, ORDER)).isEqualTo(FITS);
      assertThatThrownBy(() -> dbos.setAttributes("order-1", Map.of("remark", TOO_LARGE)))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
      dbos.setAttributes("order-1", Map.of("remark", "t".repeat(LIMIT / 2)));
      assertThatThrownBy(
              () -> dbos.mergeAttributes("order-1", Map.of("more", "t".repeat(LIMIT / 2))))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
      assertThat(dbos.status("order-1").orElseThrow().attributes()).containsOnlyKeys("remark");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOutputThatIsTooLargeIsTheWorkflowsError(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, order -> TOO_LARGE).launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea", ORDER))
          .isInstanceOf(WorkflowFailedException.class)
          .hasCauseInstanceOf(SerializationException.class)
          .hasRootCauseMessage(REFUSAL);
      assertThatThrownBy(() -> dbos.retrieve("order-1", String.class).result())
          .isInstanceOf(WorkflowFailedException.class)
          .hasCauseInstanceOf(SerializationException.class)
          .hasRootCauseMessage(REFUSAL);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAWorkflowPublishesIsRefusedAndItGoesOn(Product product) {
    List<@Nullable Throwable> refused = new ArrayList<>();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    order -> {
                      refused.add(catchThrowable(() -> Workflow.setEvent("state", TOO_LARGE)));
                      refused.add(catchThrowable(() -> Workflow.writeStream("log", TOO_LARGE)));
                      refused.add(catchThrowable(() -> Workflow.send("order-1", TOO_LARGE)));
                      Workflow.setEvent("state", FITS);
                      return "done";
                    })
                .launch();
        DbosClient client =
            DbosClient.builder(site.systemUrl()).payloadLimit(new PayloadLimit(LIMIT)).build()) {
      assertThat(dbos.run(CHECKOUT, "tea", ORDER)).isEqualTo("done");

      assertThat(refused).hasSize(3).allMatch(SerializationException.class::isInstance);
      assertThat(refused)
          .map(failure -> Objects.requireNonNull(failure).getMessage())
          .containsExactly(
              REFUSAL, REFUSAL, "The message to workflow order-1 cannot be sent: " + REFUSAL);
      assertThat(dbos.steps("order-1")).extracting(StepStatus::name).containsOnly("DBOS.setEvent");
      assertThatThrownBy(() -> client.send("order-1", TOO_LARGE))
          .isInstanceOf(SerializationException.class)
          .hasMessageEndingWith(REFUSAL);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepsOutputIsRefusedInItsNameAndAgainOnReplay(Product product) {
    List<String> seen = new ArrayList<>();
    WorkflowFunction<@Nullable String, @Nullable String> checkout =
        order -> {
          try {
            return Workflow.callStep("print", () -> TOO_LARGE);
          } catch (SerializationException refused) {
            seen.add(String.valueOf(refused.getMessage()));
            return "refused";
          }
        };
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, checkout).launch()) {
        assertThat(dbos.run(CHECKOUT, "tea", ORDER)).isEqualTo("refused");
      }
      SystemRows.of(site).forgetTheEndOf("order-1");
      try (DBOS dbos = shop(site, checkout).launch()) {
        assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo("refused");
      }
      assertThat(seen)
          .containsExactly(
              "The result of step \"print\" of workflow order-1 cannot be stored: " + REFUSAL,
              "The result of step \"print\" of workflow order-1 cannot be stored: " + REFUSAL);
    }
  }

  /** An exception has to be recorded whatever it says; what is too long of it is left out. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorIsCutAndSeenTheSameOnReplay(Product product) {
    List<String> seen = new ArrayList<>();
    WorkflowFunction<@Nullable String, @Nullable String> checkout =
        order -> {
          try {
            Workflow.runStep(
                "pack",
                () -> {
                  throw new IllegalStateException(LONG, new IllegalArgumentException("box"));
                });
            return "packed";
          } catch (StepFailedException failure) {
            seen.add(String.valueOf(failure.getMessage()));
            return "failed";
          }
        };
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, checkout).launch()) {
        assertThat(dbos.run(CHECKOUT, "tea", ORDER)).isEqualTo("failed");
      }
      SystemRows.of(site).forgetTheEndOf("order-1");
      try (DBOS dbos = shop(site, checkout).launch()) {
        assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo("failed");
      }
      assertThat(seen).hasSize(2);
      assertThat(seen.getFirst())
          .isEqualTo(seen.getLast())
          .startsWith("java.lang.IllegalStateException: tttt")
          .endsWith("... (its record takes more than 65536 bytes)")
          .hasSizeLessThan(6_000);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatWasStoredUnderALargerLimitIsStillRead(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, order -> order).payloadLimit(PayloadLimit.DEFAULT).launch()) {
        dbos.run(CHECKOUT, TOO_LARGE, ORDER);
      }
      try (DBOS dbos = shop(site, order -> order).launch()) {
        assertThat(dbos.retrieve("order-1", String.class).result()).isEqualTo(TOO_LARGE);
        assertThat(dbos.status("order-1").orElseThrow().input(String.class)).contains(TOO_LARGE);
      }
    }
  }

  /** Bytes are what counts, not characters. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void charactersOfSeveralBytesCountAsSuch(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, order -> "").launch()) {
      assertThat(dbos.run(CHECKOUT, "\u2615".repeat(LIMIT / 3 - 30))).isEmpty();
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "\u2615".repeat(LIMIT / 3)))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
    }
  }

  /** Ten million characters, through everything that takes a value. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void largeValuesBelowTheLimitGoThroughEverything(Product product) {
    String large = "\u00fc\ud83c\udf75\u0000\"\\".repeat(10_000_000 / 6);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    order -> {
                      Workflow.setEvent("state", order);
                      Workflow.writeStream("log", order);
                      return Workflow.callStep("print", () -> order);
                    })
                .payloadLimit(PayloadLimit.DEFAULT)
                .launch()) {
      assertThat(large.equals(dbos.run(CHECKOUT, large, ORDER))).isTrue();
      assertThat(
              dbos.getEvent("order-1", "state", String.class, Duration.ZERO).filter(large::equals))
          .isPresent();
    }
  }

  /** A value without end would fill memory before its size were known. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void aValueWithoutEndIsGivenUpAtTheLimit(Product product) {
    List<String> endless =
        new AbstractList<>() {
          @Override
          public String get(int index) {
            return "tea";
          }

          @Override
          public int size() {
            return Integer.MAX_VALUE;
          }
        };
    WorkflowDefinition<List<String>, String> count =
        WorkflowDefinition.of("count", new TypeRef<List<String>>() {}, String.class);
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, order -> "").workflow(count, list -> "").launch()) {
      assertThatThrownBy(() -> dbos.start(count, endless))
          .isInstanceOf(SerializationException.class)
          .hasMessage(REFUSAL);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSerializerThatWritesANulIsRefused(Product product) {
    Serializer careless =
        new Serializer() {
          @Override
          public String name() {
            return "careless";
          }

          @Override
          public String serialize(@Nullable Object value) {
            return String.valueOf(value);
          }

          @Override
          public Object deserialize(String text) {
            return text;
          }
        };
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site, order -> Workflow.callStep("print", () -> "tea\u0000"))
                .serializer(careless)
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea"))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("Serializer careless wrote what no database stores: The text")
          .hasMessageContaining("\"tea\\u0000\" holds a NUL character");
    }
  }

  @Test
  void aLimitHasLimits() {
    assertThatThrownBy(() -> new PayloadLimit(1_023))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "A payload limit is from 1 KiB to 256 MiB, that is 1024 to 268435456 bytes: 1023");
    assertThatThrownBy(() -> new PayloadLimit(Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
