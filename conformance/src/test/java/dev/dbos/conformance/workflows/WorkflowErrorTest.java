package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowState;
import java.io.FileNotFoundException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a catch block and a caller see of failures, on the first run and afterwards. */
class WorkflowErrorTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  /** There is not enough of something. */
  public static final class OutOfStockException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String sku;
    private final int left;

    /** Creates one. */
    public OutOfStockException(String sku, int left) {
      super("only " + left + " " + sku + " left");
      this.sku = sku;
      this.left = left;
    }

    /** Of what. */
    public String sku() {
      return sku;
    }

    /** How many there are. */
    public int left() {
      return left;
    }
  }

  /** Holds something that no record can bring back. */
  public static final class TillJammedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Socket till;

    TillJammedException(Socket till, String message) {
      super(message);
      this.till = till;
    }

    /** The connection to the till. */
    public Socket till() {
      return till;
    }
  }

  private final List<Throwable> caught = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger attempts = new AtomicInteger();

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options());
  }

  /** The body catches what the step throws; it runs to its end, and again from its records. */
  private void catchTwice(Product product, StepCallable<String, Exception> step) {
    try (Site site = Site.of(product)) {
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> {
                      Throwable failure =
                          catchThrowable(
                              () ->
                                  Workflow.callStep(
                                      "reserve",
                                      () -> {
                                        attempts.incrementAndGet();
                                        return step.call();
                                      }));
                      caught.add(failure);
                      return "apologized";
                    })
                .launch()) {
          assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("apologized");
        }
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
    }
    assertThat(attempts).as("runs of the step").hasValue(1);
    assertThat(caught).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anExceptionOfTheApplicationIsTheSameOnReplay(Product product) {
    catchTwice(
        product,
        () -> {
          throw new OutOfStockException("tea", 1);
        });

    assertThat(caught)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOfSatisfying(
                        OutOfStockException.class,
                        e -> {
                          assertThat(e.sku()).isEqualTo("tea");
                          assertThat(e.left()).isEqualTo(1);
                        })
                    .hasMessage("only 1 tea left"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void causesAreTheSameOnReplay(Product product) {
    catchTwice(
        product,
        () -> {
          throw new IllegalStateException("no price list", new FileNotFoundException("prices.csv"));
        });

    assertThat(caught)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("no price list")
                    .cause()
                    .isExactlyInstanceOf(FileNotFoundException.class)
                    .hasMessage("prices.csv"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorIsRecordedLikeAnException(Product product) {
    catchTwice(
        product,
        () -> {
          throw new AssertionError("the scales are off");
        });

    assertThat(caught)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isExactlyInstanceOf(AssertionError.class)
                    .hasMessage("the scales are off"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatCannotBeRebuiltIsReplacedTheFirstTimeToo(Product product) {
    catchTwice(
        product,
        () -> {
          throw new TillJammedException(new Socket(), "the till is jammed");
        });

    assertThat(caught)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOfSatisfying(
                        StepFailedException.class,
                        e ->
                            assertThat(e.originalType())
                                .isEqualTo(TillJammedException.class.getName()))
                    .hasMessageContaining("the till is jammed"));
    assertThat(caught.get(0)).hasMessage(caught.get(1).getMessage());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOutputThatCannotBeStoredIsRecordedAndNotProducedAgain(Product product) {
    try (Site site = Site.of(product)) {
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> {
                      caught.add(
                          catchThrowable(
                              () ->
                                  Workflow.callStep(
                                      "open till",
                                      () -> {
                                        attempts.incrementAndGet();
                                        return new Socket();
                                      })));
                      return "closed";
                    })
                .launch()) {
          assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("closed");
        }
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
    }
    assertThat(attempts).hasValue(1);
    assertThat(caught)
        .hasSize(2)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(SerializationException.class)
                    .hasMessageStartingWith(
                        "The result of step \"open till\" of workflow order-42 cannot be stored: ")
                    .hasMessageContaining("java.net.Socket"));
    assertThat(caught.get(0)).hasMessage(caught.get(1).getMessage());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theCallerGetsTheWorkflowsOwnExceptionAsCause(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = outOfTea(site)) {
        assertFailed(catchThrowable(() -> dbos.run(CHECKOUT, null, ORDER)));
        assertFailed(catchThrowable(() -> dbos.start(CHECKOUT, null, ORDER).result()));
        assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
      }
      try (DBOS elsewhere = outOfTea(site)) {
        assertFailed(catchThrowable(() -> elsewhere.retrieve("order-42", String.class).result()));
      }
    }
  }

  private DBOS outOfTea(Site site) {
    return shop(site)
        .workflow(
            CHECKOUT,
            none -> {
              throw new OutOfStockException("tea", 0);
            })
        .launch();
  }

  private static void assertFailed(Throwable failure) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            WorkflowFailedException.class, e -> assertThat(e.workflowId()).isEqualTo("order-42"))
        .hasMessage(
            "Workflow order-42 ended in an error: "
                + OutOfStockException.class.getName()
                + ": only 0 tea left")
        .cause()
        .isInstanceOfSatisfying(
            OutOfStockException.class, e -> assertThat(e.sku()).isEqualTo("tea"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorThatLeavesTheBodyEndsTheWorkflow(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> {
                      throw new AssertionError("the shop has burnt down");
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.start(CHECKOUT, null, ORDER).result())
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isExactlyInstanceOf(AssertionError.class)
          .hasMessage("the shop has burnt down");
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOutputOfTheWorkflowThatCannotBeStoredIsItsError(Product product) {
    WorkflowDefinition<Void, Socket> connect =
        WorkflowDefinition.of("connect", Void.class, Socket.class);
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).workflow(connect, none -> new Socket()).launch()) {
      assertThatThrownBy(() -> dbos.run(connect, null, ORDER))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("java.net.Socket");
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anInputThatCannotBeStoredStartsNothing(Product product) {
    WorkflowDefinition<Socket, Void> disconnect =
        WorkflowDefinition.of("disconnect", Socket.class, Void.class);
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).workflow(disconnect, socket -> Nothing.nothing()).launch()) {
      assertThatThrownBy(() -> dbos.start(disconnect, new Socket(), ORDER))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("java.net.Socket");
      assertThat(dbos.status("order-42")).isEmpty();
    }
  }
}
