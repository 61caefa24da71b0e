package dev.dbos.examples.orders.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderDemoTest {
  private static final String PROVED =
      "PROVED: every order was written exactly once, every card charged once, the stock is right.";

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void provesThatAKilledServiceOnSqliteLosesAndRepeatsNothing() throws Exception {
    assertThat(demo()).as(this::everything).isZero();

    assertThat(screen())
        .contains("kill -9")
        .contains("stock reserved and committed, card not charged")
        .containsPattern("charge card +\\S+ +\\d+ ms +2\\R")
        .endsWith(PROVED + "\n")
        .doesNotContain("\u001b");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void provesTheSameOnPostgresqlAsOftenAsOneLikes() throws Exception {
    TestPostgres server = TestPostgres.shared();
    String url = server.url(server.createDatabase());

    assertThat(demo("--url", url)).as(this::everything).isZero();
    out.reset();
    assertThat(demo("--url", url)).as(this::everything).isZero();

    assertThat(screen())
        .contains("postgresql://postgres:***@localhost")
        .contains("workflows  in the same database")
        .endsWith(PROVED + "\n");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void aWrongUrlIsToldInOneSentence() throws Exception {
    assertThat(demo("--url", "mysql://localhost/shop")).isEqualTo(2);

    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("demo: ")
        .contains("mysql");
    assertThat(screen()).isEmpty();
  }

  @Test
  void aDatabaseThatIsNotThereIsToldInOneSentence() throws Exception {
    String url = TestPostgres.shared().url("no_such_shop");

    assertThat(demo("--url", url)).isEqualTo(2);

    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("demo: ")
        .contains("no_such_shop")
        .doesNotContain("postgres:postgres");
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheUsage() throws Exception {
    assertThat(demo("--database", "shop")).isEqualTo(2);

    assertThat(err.toString(UTF_8)).startsWith("usage: ./demo [--url URL]");
  }

  private int demo(String... arguments) throws Exception {
    try (PrintStream screen = new PrintStream(out, true, UTF_8);
        PrintStream complaints = new PrintStream(err, true, UTF_8)) {
      return OrderDemo.run(directory, new Screen(screen, false), complaints, arguments);
    }
  }

  private String screen() {
    return out.toString(UTF_8).replace("\r\n", "\n");
  }

  private String everything() {
    return screen() + err.toString(UTF_8);
  }
}
