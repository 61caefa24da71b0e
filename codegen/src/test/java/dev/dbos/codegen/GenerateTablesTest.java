package dev.dbos.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.liquibase.LiquibaseMigrations;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateTablesTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copyChangelog() throws IOException {
    for (String file : List.of("shop/changelog.yaml", "shop/changes/stock.sql")) {
      Path copy = resources().resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of("src", "test", "resources").resolve(file), copy);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "postgresql"})
  void generatesClassesThatNameNoSchema(String database) throws Exception {
    assertThat(generate(output(), "--database", database)).isZero();

    assertThat(out.toString())
        .isEqualTo("Generated 10 classes from shop/changelog.yaml into " + sources() + "\n");
    assertThat(err.toString()).isEmpty();
    try (URLClassLoader classes = compiled()) {
      Table<?> orders =
          (Table<?>) classes.loadClass("com.acme.db.tables.Orders").getField("ORDERS").get(null);
      assertThat(DSL.using(SQLDialect.SQLITE).render(orders)).isEqualTo("`orders`");
      assertThat(DSL.using(SQLDialect.POSTGRES).render(orders)).isEqualTo("\"orders\"");
    }
  }

  @Test
  void postgresqlKeepsTypesThatSqliteDoesNotHave() throws Exception {
    generate(output(), "--database", "postgresql");

    assertThat(text("tables/Orders.java"))
        .contains("TableField<OrdersRecord, UUID> ID")
        .contains("TableField<OrdersRecord, LocalDateTime> PLACED_AT");
  }

  @Test
  void classesGeneratedFromPostgresqlStoreTheirTypesInSqlite() throws Exception {
    generate(output(), "--database", "postgresql");
    UUID order = UUID.fromString("0198f5c4-7a10-7b7e-b0f0-6a3c0f1d2e4f");
    LocalDateTime noon = LocalDateTime.of(2026, 3, 1, 12, 0);

    try (URLClassLoader classes = compiled();
        Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("shop.sqlite"))) {
      LiquibaseMigrations.fromDirectory(resources(), "shop/changelog.yaml").apply(connection);
      Table<?> orders = table(classes, "Orders");
      DSLContext shop = DSL.using(connection, SQLDialect.SQLITE);
      shop.insertInto(orders)
          .set(orders.field("id", UUID.class), order)
          .set(orders.field("sku", String.class), "tea")
          .set(orders.field("gift", Boolean.class), true)
          .set(orders.field("total", BigDecimal.class), new BigDecimal("12.50"))
          .set(orders.field("placed_at", LocalDateTime.class), noon)
          .execute();

      assertThat(shop.selectFrom(orders).where(orders.field("id", UUID.class).eq(order)).fetchOne())
          .extracting(row -> row.get("placed_at"), row -> row.get("gift"), row -> row.get("id"))
          .containsExactly(noon, true, order);
    }
  }

  private static Table<?> table(ClassLoader classes, String name) throws Exception {
    return (Table<?>)
        classes
            .loadClass("com.acme.db.tables." + name)
            .getField(name.toUpperCase(Locale.ROOT))
            .get(null);
  }

  @Test
  void takesTheChangelogFromTheClassPathOrAFile() throws Exception {
    assertThat(
            run(
                "--changelog",
                "shop/changelog.yaml",
                "--database",
                "sqlite",
                "--package",
                "com.acme.db",
                "--output",
                output().toString()))
        .isZero();
    assertThat(
            run(
                "--changelog",
                resources().resolve("shop/changelog.yaml").toString(),
                "--database",
                "sqlite",
                "--package",
                "com.acme.file",
                "--output",
                output().toString()))
        .isZero();

    assertThat(output().resolve("com/acme/db/tables/Stock.java")).exists();
    assertThat(output().resolve("com/acme/file/tables/Stock.java")).exists();
  }

  @Test
  void leavesOutOtherContextsAndExcludedTables() throws Exception {
    generate(output(), "--database", "sqlite", "--contexts", "prod", "--exclude", "sto.*");

    assertThat(sources().resolve("tables/Orders.java")).exists();
    assertThat(sources().resolve("tables/ArchivedOrders.java")).doesNotExist();
    assertThat(sources().resolve("tables/Stock.java")).doesNotExist();
    assertThat(text("Tables.java")).doesNotContainIgnoringCase("databasechangelog");
  }

  @Test
  void generatesTheSameEveryTime() throws Exception {
    generate(output(), "--database", "sqlite");
    generate(directory.resolve("again"), "--database", "sqlite");

    assertThat(tree(directory.resolve("again"))).isEqualTo(tree(output()));
  }

  @Test
  void generatesNothingWhenNothingChanged() throws Exception {
    generate(output(), "--database", "sqlite");
    out.getBuffer().setLength(0);

    assertThat(generate(output(), "--database", "sqlite")).isZero();

    assertThat(out.toString()).isEqualTo("Up to date: " + sources() + "\n");
  }

  @Test
  void generatesAgainWhenAnIncludedFileChanged() throws Exception {
    generate(output(), "--database", "sqlite");
    Path stock = resources().resolve("shop/changes/stock.sql");
    Files.writeString(stock, Files.readString(stock).replace("amount", "pieces"));

    generate(output(), "--database", "sqlite");

    assertThat(text("tables/Stock.java")).contains("PIECES").doesNotContain("AMOUNT");
  }

  @Test
  void generatesAgainWhenAGeneratedFileWasTouched() throws Exception {
    generate(output(), "--database", "sqlite");
    Map<String, String> before = tree(output());
    Files.delete(sources().resolve("tables/Stock.java"));
    Files.writeString(sources().resolve("tables/Orders.java"), "// edited by hand");

    generate(output(), "--database", "sqlite");

    assertThat(tree(output())).isEqualTo(before);
  }

  @Test
  void generatesAgainForOtherArguments() throws Exception {
    generate(output(), "--database", "sqlite");

    generate(output(), "--database", "sqlite", "--contexts", "prod");

    assertThat(sources().resolve("tables/ArchivedOrders.java")).doesNotExist();
  }

  @Test
  void aMissingArgumentIsToldWithTheUsage() {
    assertThat(run("--changelog", "shop/changelog.yaml", "--database", "sqlite")).isEqualTo(2);

    assertThat(err.toString())
        .startsWith("Missing required option: '--package=PACKAGE'")
        .contains("Usage: generate-tables");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownDatabaseIsToldWithTheChoice() {
    assertThat(generate(output(), "--database", "oracle")).isEqualTo(2);

    assertThat(err.toString())
        .contains("--database")
        .contains("'oracle'")
        .contains("SQLITE, POSTGRESQL");
  }

  @Test
  void aMissingChangelogIsToldInOneLine() {
    assertThat(
            run("--changelog", "db/none.yaml", "--database", "sqlite", "--package", "com.acme.db"))
        .isEqualTo(2);

    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("generate-tables: No changelog db/none.yaml on the class path.");
  }

  @Test
  void aBrokenChangesetIsToldInOneLineAndLeavesNoMarker() throws Exception {
    Files.writeString(
        resources().resolve("shop/changes/stock.sql"),
        "--liquibase formatted sql\n--changeset anna:stock\nCREATE TABEL stock (sku text);\n");

    assertThat(generate(output(), "--database", "sqlite")).isEqualTo(2);
    assertThat(generate(output(), "--database", "sqlite")).isEqualTo(2);

    assertThat(err.toString().lines())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "generate-tables: Changeset stock by anna in shop/changes/stock.sql failed"));
  }

  private int generate(Path output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--root", resources().toString(), "--changelog", "shop/changelog.yaml"));
    arguments.addAll(List.of("--package", "com.acme.db", "--output", output.toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    return GenerateTables.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  private Path resources() {
    return directory.resolve("resources");
  }

  private Path output() {
    return directory.resolve("generated");
  }

  private Path sources() {
    return output().resolve("com/acme/db");
  }

  private String text(String file) throws IOException {
    return Files.readString(sources().resolve(file));
  }

  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith(".java")) {
          tree.put(root.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    return tree;
  }

  private URLClassLoader compiled() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path classes = Files.createDirectory(directory.resolve("classes"));
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager manager =
            compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        Stream<Path> files = Files.walk(sources())) {
      List<Path> sources = files.filter(each -> each.toString().endsWith(".java")).toList();
      boolean succeeded =
          compiler
              .getTask(
                  complaints,
                  manager,
                  null,
                  List.of("-d", classes.toString(), "-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(succeeded).as(complaints.toString()).isTrue();
    }
    return new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
  }
}
