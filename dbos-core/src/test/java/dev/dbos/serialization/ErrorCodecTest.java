package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.error.AttemptsExhaustedException;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.error.DbosException;
import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.error.SchemaException;
import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.TransactionAbortedException;
import dev.dbos.error.TransactionRetriesExhaustedException;
import dev.dbos.error.UnexpectedStepException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.serialization.rogue.Declined;
import dev.dbos.serialization.shop.Shop.Address;
import dev.dbos.serialization.shop.Shop.Broken;
import dev.dbos.serialization.shop.Shop.GatewayError;
import dev.dbos.serialization.shop.Shop.OutOfStock;
import dev.dbos.serialization.shop.Shop.Refused;
import dev.dbos.serialization.shop.Shop.Secretive;
import dev.dbos.serialization.shop.Shop.Throttled;
import dev.dbos.serialization.shop.Shop.Undeliverable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorCodecTest {

  private final ErrorCodec codec =
      new ErrorCodec(Trust.of(List.of("dev.dbos.serialization.shop"), List.of()));

  static Stream<DbosException> ownExceptions() {
    Exception cause = new IllegalStateException("the cause");
    return Stream.of(
        new AttemptsExhaustedException("set aside", "order-42", 7_000_000_000L),
        new ConfigurationException("wrong URL", cause),
        new DatabaseUnavailableException("no connection", "shop", cause),
        new DbosClosedException("closed"),
        new SchemaException("no table", "shop", null),
        new SerializationException("not storable", cause),
        new StepFailedException("it failed", "com.acme.Declined", cause),
        new TransactionAbortedException("aborted", "shop", "reserve stock", cause),
        new TransactionRetriesExhaustedException("gave up", "shop", "reserve stock", 5, cause),
        new QueueDeduplicatedException("order-42", "emails", "welcome-ada"),
        new UnexpectedStepException("other step", "order-42", 3, "reserve", "ship"),
        new UnknownWorkflowException("never heard of", "order-42"),
        new WaitTimeoutException("still running", "order-42", Duration.ofSeconds(30)),
        new WorkflowCancelledException("cancelled", "order-42"),
        new WorkflowConflictException("taken", "order-42"),
        new WorkflowFailedException("failed", "order-42", cause),
        new WorkflowNotRegisteredException("not registered", "checkout"));
  }

  @ParameterizedTest
  @MethodSource("ownExceptions")
  void ownExceptionsAreRebuiltWithTheirFields(DbosException error) {
    assertRebuilt(error);
    assertThat(codec.decode(codec.encode(error)))
        .usingRecursiveComparison()
        .ignoringFields("stackTrace", "cause", "suppressedExceptions")
        .isEqualTo(error);
  }

  @Test
  void everyOwnExceptionIsCovered() {
    assertThat(ownExceptions().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(Set.of(DbosException.class.getPermittedSubclasses()));
  }

  static Stream<Throwable> jdkExceptions() {
    return Stream.of(
        new IllegalStateException("no"),
        new IllegalArgumentException(),
        new IllegalArgumentException(new IOException("cause only")),
        new NullPointerException("explicit"),
        new IOException("disk", new IOException("deeper")),
        new UncheckedIOException("wrapped", new IOException("inner")),
        new TimeoutException("late"),
        new ExecutionException("task", new RuntimeException("inner")),
        new InterruptedException("stop"),
        new NumberFormatException("For input string: \"x\""),
        new ArrayIndexOutOfBoundsException("Index 5 out of bounds"),
        new ClassCastException("no such cast"),
        new ArithmeticException("/ by zero"),
        new UnsupportedOperationException(),
        new NoSuchElementException("none"),
        new ConcurrentModificationException(),
        new CloneNotSupportedException("never"),
        new DateTimeException("no such day"),
        new DateTimeParseException("unparsable", "soon", 3),
        new URISyntaxException("a b", "illegal character", 1),
        new MissingResourceException("no key", "Messages", "title"),
        new NoSuchFileException("/tmp/order"),
        new AccessDeniedException("/tmp/order", null, "locked"),
        new DirectoryNotEmptyException("/tmp"),
        new AssertionError("invariant"),
        new StackOverflowError(),
        new Exception("plain"),
        new Throwable("bare"));
  }

  @ParameterizedTest
  @MethodSource("jdkExceptions")
  void exceptionsOfTheJdkAreRebuilt(Throwable error) {
    assertRebuilt(error);
  }

  static Stream<Throwable> applicationExceptions() {
    Throttled throttled = new Throttled("slow down");
    throttled.setSeconds(30);
    Address address = new Address();
    address.setStreet("Main");
    return Stream.of(
        new Undeliverable("nobody there", address),
        new OutOfStock("tea", 3, null),
        new OutOfStock("tea", 3, new IOException("scale")),
        new Refused("no"),
        new Refused(null),
        new Refused(""),
        new GatewayError("declined", 402, Map.of("orderId", "o")),
        throttled);
  }

  @ParameterizedTest
  @MethodSource("applicationExceptions")
  void trustedExceptionsAreRebuiltWithTheirFields(Throwable error) {
    assertRebuilt(error);
    assertThat(codec.decode(codec.encode(error)))
        .usingRecursiveComparison()
        .ignoringFields("stackTrace", "cause", "suppressedExceptions")
        .isEqualTo(error);
  }

  @Test
  void theRecordIsAPortableErrorForOtherLanguages() {
    GatewayError error = new GatewayError("declined", 402, Map.of("orderId", "o"));
    error.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("com.acme.Gateway", "charge", "Gateway.java", 31)
        });

    assertThat(codec.encode(error))
        .isEqualTo(
            "{\"name\":\"GatewayError\",\"message\":\"declined\","
                + "\"type\":\"dev.dbos.serialization.shop.Shop$GatewayError\","
                + "\"fields\":{\"code\":402,\"data\":{\"@type\":\"java.util.Map\","
                + "\"@value\":{\"orderId\":\"o\"}}},\"code\":402,\"data\":{\"orderId\":\"o\"},"
                + "\"stack\":[\"com.acme.Gateway.charge(Gateway.java:31)\"]}");
  }

  @Test
  void aMissingMessageIsEmptyForOthersAndNullForUs() {
    String text = codec.encode(new IllegalStateException());

    assertThat(text).contains("\"message\":\"\"");
    assertThat(codec.decode(text)).hasMessage(null);
  }

  @Test
  void theStackOfTheRecordIsRestored() {
    Refused error = new Refused("no");
    Throwable rebuilt = codec.decode(codec.encode(error));

    assertThat(rebuilt.getStackTrace()[0].getMethodName())
        .isEqualTo("theStackOfTheRecordIsRestored");
    assertThat(rebuilt.getStackTrace()[0].getLineNumber())
        .isEqualTo(error.getStackTrace()[0].getLineNumber());
  }

  @Test
  void suppressedExceptionsAreKept() {
    Refused error = new Refused("no");
    error.addSuppressed(new IOException("close failed"));

    assertThat(codec.settle(error)).isSameAs(error);
    assertThat(codec.decode(codec.encode(error)).getSuppressed())
        .singleElement()
        .satisfies(
            suppressed ->
                assertThat(suppressed)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("close failed"));
  }

  @Test
  void anUntrustedExceptionIsReplacedOnTheFirstRunToo() {
    Declined error = new Declined("card declined", new IOException("network"));

    assertReplaced(
        error,
        "dev.dbos.serialization.rogue.Declined: card declined (its class is not trusted; to get it"
            + " back add DBOS.builder(...).trustedPackages(\"dev.dbos.serialization.rogue\"))");
    assertThat(codec.settle(error).getCause())
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("network");
  }

  @Test
  void anUntrustedCauseIsReplacedByItself() {
    IllegalStateException error =
        new IllegalStateException("outer", new Declined("declined", new Refused("inner")));

    Throwable settled = codec.settle(error);

    assertThat(settled).isExactlyInstanceOf(IllegalStateException.class).hasMessage("outer");
    assertThat(settled.getCause()).isExactlyInstanceOf(StepFailedException.class);
    assertThat(settled).hasRootCauseExactlyInstanceOf(Refused.class);
    assertSame(codec.decode(codec.encode(error)), settled);
    assertSame(codec.decode(codec.encode(settled)), settled);
  }

  @Test
  void anExceptionThatWouldLoseStateIsReplaced() {
    assertReplaced(
        new Secretive("odd"),
        Secretive.class.getName() + ": odd (it could not be restored with all its fields)");
  }

  @Test
  void aBrokenMessageDoesNotPreventTheRecord() {
    assertReplaced(new Broken(), Broken.class.getName() + " (its getMessage() failed)");
  }

  @Test
  void causesThatFormACycleAreCut() {
    IllegalStateException outer = new IllegalStateException("outer");
    IOException inner = new IOException("inner", outer);
    outer.initCause(inner);

    Throwable settled = codec.settle(outer);

    assertThat(settled).isExactlyInstanceOf(IllegalStateException.class).hasMessage("outer");
    assertThat(settled.getCause()).isExactlyInstanceOf(IOException.class).hasNoCause();
    assertSame(codec.decode(codec.encode(outer)), settled);
  }

  @Test
  void endlessCausesAreCut() {
    Throwable error = new IllegalStateException("root");
    for (int i = 0; i < 5_000; i++) {
      error = new IllegalStateException("wrapped", error);
    }

    assertSame(codec.decode(codec.encode(error)), codec.settle(error));
  }

  @Test
  void textThatNoDatabaseCanHoldIsEscapedAndComesBack() {
    Refused error = new Refused("nul \u0000, half \ud83d, whole 😀, tab \t");
    String text = codec.encode(error);

    assertThat(text).doesNotContain("\u0000").contains("\\ud83d,").contains("whole 😀");
    assertThat(codec.decode(text)).hasMessage(error.getMessage());
  }

  @Test
  void aDeepStackIsCutToItsTop() {
    Refused error = new Refused("deep");
    StackTraceElement frame = new StackTraceElement("com.acme.Shop", "recurse", "Shop.java", 1);
    error.setStackTrace(
        java.util.Collections.nCopies(10_000, frame).toArray(StackTraceElement[]::new));

    assertThat(codec.encode(error)).hasSizeLessThan(5_000);
    assertThat(codec.decode(codec.encode(error)).getStackTrace()).hasSize(50).contains(frame);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"NotFoundError\",\"message\":\"Order not found\",\"code\":404,\"data\":{\"orderId\":\"o\"}}",
        "{ \"message\" : \"Order not found\", \"data\" : {\"orderId\":\"o\"}, \"code\" : 404, \"name\" : \"NotFoundError\" }"
      })
  void errorsOfOtherLanguagesAreStepFailures(String text) {
    Throwable error = codec.decode(text);

    assertThat(error)
        .isExactlyInstanceOf(StepFailedException.class)
        .hasMessage("NotFoundError: Order not found (code 404) (data {\"orderId\":\"o\"})");
    assertThat(((StepFailedException) error).originalType()).isEqualTo("NotFoundError");
    assertThat(codec.encode(error)).startsWith("{\"name\":\"NotFoundError\"");
  }

  @Test
  void absentAndNullMembersOfForeignErrorsAreLeftOut() {
    assertThat(codec.decode("{\"name\":\"ValueError\",\"message\":\"bad\",\"code\":null}"))
        .hasMessage("ValueError: bad");
    assertThat(codec.decode("{\"name\":\"ValueError\",\"message\":null}")).hasMessage("ValueError");
    assertThat(codec.decode("{}")).hasMessage("unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "boom",
        "[]",
        "null",
        "7",
        "{\"type\":7}",
        "{\"type\":\"dev.dbos.serialization.rogue.Gadget\",\"message\":\"x\"}",
        "{\"type\":\"java.lang.String\",\"message\":\"x\"}",
        "{\"type\":\"java.lang.NoSuchThingException\",\"message\":\"x\"}",
        "{\"type\":\"java.lang.IllegalStateException\",\"message\":\"x\",\"fields\":"
            + "{\"a\":{\"@type\":\"dev.dbos.serialization.rogue.Gadget\",\"@value\":{}}}}",
        "{\"type\":\"java.sql.SQLException\",\"sql\":7}"
      })
  void whateverTheRecordHoldsThereIsAnException(String text) {
    assertThat(codec.decode(text)).isNotNull();
    assertThat(System.getProperty("dev.dbos.serialization.rogue.loaded")).isNull();
  }

  @Test
  void aDeeplyNestedRecordIsAStepFailure() {
    assertThat(codec.decode("{\"cause\":".repeat(100_000)))
        .isExactlyInstanceOf(StepFailedException.class);
  }

  @Test
  void aRecordOutlivesItsClass() {
    String text = codec.encode(new Refused("no")).replace("Shop$Refused", "Shop$Rejected");

    assertThat(codec.decode(text))
        .isExactlyInstanceOf(StepFailedException.class)
        .hasMessageStartingWith("dev.dbos.serialization.shop.Shop$Rejected: no");
  }

  @Test
  void anExceptionWhoseFieldCannotBeStoredIsReplaced() {
    Map<String, Object> data = new HashMap<>();
    data.put("lambda", (Runnable) () -> {});

    assertThat(codec.settle(new GatewayError("declined", 402, data)))
        .isExactlyInstanceOf(StepFailedException.class)
        .hasMessageContaining("GatewayError: declined (it has no constructor that restores it)");
  }

  private void assertRebuilt(Throwable error) {
    assertThat(codec.settle(error)).isSameAs(error);
    assertSame(codec.decode(codec.encode(error)), error);
  }

  private void assertReplaced(Throwable error, String message) {
    Throwable settled = codec.settle(error);
    assertThat(settled).isExactlyInstanceOf(StepFailedException.class).hasMessage(message);
    assertThat(((StepFailedException) settled).originalType())
        .isEqualTo(error.getClass().getName());
    assertSame(codec.decode(codec.encode(error)), settled);
    assertSame(codec.decode(codec.encode(settled)), settled);
    assertThat(codec.settle(settled)).isSameAs(settled);
  }

  private static void assertSame(@Nullable Throwable actual, Throwable expected) {
    assertThat(actual).isNotNull();
    assertThat(actual).hasSameClassAs(expected).hasMessage(expected.getMessage());
    if (actual == null || expected.getCause() == null) {
      assertThat(actual).hasNoCause();
    } else {
      assertSame(actual.getCause(), expected.getCause());
    }
  }
}
