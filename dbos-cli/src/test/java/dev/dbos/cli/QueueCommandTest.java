package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code dbos queue}, on both databases. */
class QueueCommandTest {
  @TempDir private Path directory = Path.of("");

  static Stream<String> databases() {
    TestPostgres server = TestPostgres.shared();
    return Stream.of(TempSqlite.create().url(), server.url(server.createDatabase()));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void queuesAreListedWithTheirLimitsAndWhatIsInThem(String url) {
    Terminal terminal = new Terminal(directory);
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(url)
            .queue(Queue.named("emails").withConcurrency(10).withPartitionConcurrency(1))
            .queue(
                Queue.named("orders")
                    .withWorkerConcurrency(5)
                    .withRateLimit(50, Duration.ofSeconds(30)))
            .launch()) {
      StartOptions emails = StartOptions.DEFAULT.withQueue("emails");
      dbos.enqueue("send", List.of("ann"), emails);
      dbos.enqueue("send", List.of("ben"), emails);
      dbos.enqueue("send", List.of("cho"), emails.withDelay(Duration.ofDays(1)));
    }

    assertThat(terminal.run("queue", "list", "--url", url)).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            QUEUE   AT ONCE  PER WORKER  RATE            WAITING  DELAYED  RUNNING
            emails  10/1                                 2        1        0
            orders           5           50 in 30000 ms  0        0        0""");
    assertThat(terminal.run("queue", "list", "--json", "--url", url)).isZero();
    assertThat(terminal.out())
        .contains("\"name\" : \"emails\"", "\"partitionConcurrency\" : 1", "\"enqueued\" : 2")
        .contains("\"periodMillis\" : 30000");
    assertThat(terminal.run("queue")).isEqualTo(2);
  }
}
