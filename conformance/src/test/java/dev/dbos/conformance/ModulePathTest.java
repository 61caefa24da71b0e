package dev.dbos.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that is a named module compiles against the library and runs on it. */
class ModulePathTest {
  private static final String DESCRIPTOR =
      """
      module com.acme.shop {
        requires dev.dbos.datasource.jooq;

        opens com.acme.shop to tools.jackson.databind;
      }
      """;

  private static final String PROGRAM =
      """
      package com.acme.shop;

      import dev.dbos.DBOS;
      import dev.dbos.datasource.jooq.JooqDatasource;
      import dev.dbos.workflow.WorkflowDefinition;

      public class Shop {
        record Receipt(String sku, int left) {}

        public static void main(String[] arguments) {
          var reserve = WorkflowDefinition.of("reserve", String.class, String.class);
          try (var shop = JooqDatasource.create("sqlite:" + arguments[0]);
              var dbos = DBOS.builder("module-path")
                  .systemDatabaseUrl("sqlite:" + arguments[1])
                  .workflow(reserve, sku -> shop.callTransaction("take one",
                      tx -> new Receipt(sku, tx.fetchOne("select 6").get(0, int.class))).toString())
                  .launch()) {
            System.out.println(dbos.run(reserve, "tea"));
          }
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void anApplicationInANamedModuleRunsAWorkflow() throws Exception {
    Path classes = compiled();

    Process shop =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED,org.xerial.sqlitejdbc",
                "--module-path",
                classes + File.pathSeparator + modulePath(),
                "--add-modules",
                "org.xerial.sqlitejdbc",
                "--module",
                "com.acme.shop/com.acme.shop.Shop",
                directory.resolve("shop.sqlite").toString(),
                directory.resolve("system.sqlite").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(shop.getInputStream().readAllBytes(), UTF_8);

    assertThat(shop.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output).contains("Receipt[sku=tea, left=6]");
    assertThat(shop.exitValue()).isZero();
  }

  private Path compiled() throws IOException {
    Path sources = Files.createDirectories(directory.resolve("src/com/acme/shop"));
    Path descriptor = Files.writeString(directory.resolve("src/module-info.java"), DESCRIPTOR);
    Path program = Files.writeString(sources.resolve("Shop.java"), PROGRAM);
    Path classes = directory.resolve("classes");
    StringWriter messages = new StringWriter();
    PrintWriter out = new PrintWriter(messages);

    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "--module-path",
                modulePath(),
                "-d",
                classes.toString(),
                descriptor.toString(),
                program.toString());

    assertThat(result).as(messages.toString()).isZero();
    return classes;
  }

  /** The library and what it brings along, as this build resolved them. */
  private static String modulePath() {
    List<String> brought =
        List.of(
            "dbos-core",
            "dbos-datasource-jooq",
            "jooq",
            "r2dbc-spi",
            "reactive-streams",
            "HikariCP",
            "cron-utils",
            "sqlite-jdbc",
            "jackson-",
            "slf4j-",
            "jspecify");
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> brought.stream().anyMatch(name -> nameOf(entry).startsWith(name)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Of a jar its file name; of a module's classes the directory of the module. */
  private static String nameOf(String entry) {
    Path path = Path.of(entry);
    int fromEnd = path.endsWith(Path.of("target", "classes")) ? 3 : 1;
    return path.getName(path.getNameCount() - fromEnd).toString();
  }
}
