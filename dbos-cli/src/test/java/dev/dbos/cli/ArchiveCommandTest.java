package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dbos workflow export}, {@code dbos workflow import} and {@code dbos move}. */
class ArchiveCommandTest {
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);

  @TempDir private Path directory = Path.of("");

  private static DBOS shop(String url) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(url)
        .workflow(
            CHECKOUT,
            sku -> {
              String packed = Workflow.start(PACK, sku).result();
              Workflow.setEvent("packed", true);
              return packed
                  + (packed.startsWith("tea")
                      ? ""
                      : Workflow.receive(String.class, Duration.ofMinutes(10)).orElse(""));
            })
        .workflow(PACK, sku -> sku + " in a box")
        .launch();
  }

  @Test
  void workflowsTravelAsAFileOrThroughAPipe() throws IOException {
    Terminal terminal = new Terminal(directory);
    TestPostgres server = TestPostgres.shared();
    String to = server.url(server.createDatabase());
    try (TempSqlite file = TempSqlite.create()) {
      try (DBOS dbos = shop(file.url())) {
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-2"));
      }
      shop(to).close();

      assertThat(
              terminal.run(
                  "workflow",
                  "export",
                  "order-1",
                  "--children",
                  "-o",
                  "order-1.json",
                  "-u",
                  file.url()))
          .as(terminal.err())
          .isZero();
      assertThat(terminal.out()).isEqualTo("Exported order-1 to order-1.json.");
      assertThat(Files.readString(directory.resolve("order-1.json")))
          .contains("\"format\" : \"dbos-workflows\"");
      assertThat(terminal.run("workflow", "import", "order-1.json", "-u", to)).isZero();
      assertThat(terminal.out()).isEqualTo("Imported order-1, order-1-0.");
      assertThat(terminal.run("workflow", "import", "order-1.json", "-u", to)).isEqualTo(1);
      assertThat(terminal.err()).contains("order-1, order-1-0 already, and nothing has been");

      assertThat(terminal.run("workflow", "export", "order-2", "-u", file.url())).isZero();
      terminal.types(terminal.out());
      assertThat(terminal.run("workflow", "import", "--json", "-u", to))
          .as(terminal.err())
          .isZero();
      assertThat(terminal.out()).contains("\"imported\" : [ \"order-2\" ]");
      assertThat(terminal.run("workflow", "steps", "order-2", "-u", to)).isZero();
      assertThat(terminal.out()).contains("order-2-0");

      assertThat(
              terminal.run("workflow", "export", "order-1", "-o", "order-1.json", "-u", file.url()))
          .isEqualTo(2);
      assertThat(terminal.err()).contains("The file order-1.json exists already.");
      assertThat(terminal.run("workflow", "import", "none.json", "-u", to)).isEqualTo(2);
      assertThat(terminal.err()).contains("There is no file none.json.");
    }
  }

  @Test
  void anApplicationMovesToPostgresWithOneCommand() {
    Terminal terminal = new Terminal(directory);
    TestPostgres server = TestPostgres.shared();
    String to = server.url(server.createDatabase());
    try (TempSqlite file = TempSqlite.create()) {
      try (DBOS dbos = shop(file.url())) {
        dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
        dbos.start(CHECKOUT, "coffee", StartOptions.id("order-2"));
        assertThat(dbos.getEvent("order-2", "packed", Boolean.class, Duration.ofSeconds(60)))
            .contains(true);
      }

      assertThat(terminal.run("move", "--from", file.url(), "--to", to))
          .as(terminal.err())
          .isZero();
      assertThat(terminal.out())
          .startsWith("Moved sqlite:")
          .contains(" to postgresql://")
          .contains(", with 1 workflows that have not ended.")
          .containsPattern("workflow_status +4\n");
      assertThat(terminal.run("move", "--from", file.url(), "--url", to, "--json")).isZero();
      assertThat(terminal.out()).contains("\"wasThere\" : true");
      assertThat(terminal.run("workflow", "list", "-u", file.url())).isEqualTo(1);
      assertThat(terminal.err())
          .startsWith("dbos: This system database was moved to postgresql://");

      try (DBOS dbos = shop(to)) {
        dbos.send("order-2", ", paid");
        assertThat(dbos.retrieve("order-2", String.class).result(Duration.ofSeconds(60)))
            .isEqualTo("coffee in a box, paid");
      }
      assertThat(terminal.run("move", "--from", file.url(), "--undo")).isZero();
      assertThat(terminal.out()).isEqualTo("The move is undone.");
      assertThat(terminal.run("move", "--to", to)).isEqualTo(2);
      assertThat(terminal.run("move", "--from", "sqlite:///none.sqlite", "--to", to)).isEqualTo(1);
      assertThat(terminal.err()).startsWith("dbos: There is no file");
    }
  }
}
