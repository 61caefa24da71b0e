package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dbos.DBOS;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be a database, and databases without a file. */
class SqliteFileTest {
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);

  private static final Path CHATTR = Path.of("/usr/bin/chattr");

  @TempDir private Path directory;

  private static void assertRefused(Path file, Class<? extends Exception> type, String message) {
    String url = "sqlite:///" + file;
    assertThatThrownBy(() -> DBOS.builder("tea-shop").systemDatabaseUrl(url).launch())
        .isInstanceOf(type)
        .hasMessage(message.replace("OWNER", "system database"));
    assertThatThrownBy(() -> JdbcDatasource.builder(url).name("shop").build())
        .isInstanceOf(type)
        .hasMessage(message.replace("OWNER", "shop"));
  }

  @Test
  void aDirectoryThatIsMissingIsNotMadeButNamedWithTheCommandThatMakesIt() {
    Path missing = directory.resolve("var/lib");
    assertRefused(
        missing.resolve("shop.sqlite"),
        ConfigurationException.class,
        "Cannot open OWNER: the directory "
            + missing
            + " does not exist. Create it, for example with: mkdir -p '"
            + missing
            + "' - or name another file.");
    assertThat(directory.resolve("var")).doesNotExist();
  }

  @Test
  void severalMayMakeTheSameFileAtTheSameMoment() throws Exception {
    int starters = 8;
    try (ExecutorService threads = Executors.newFixedThreadPool(starters)) {
      for (int round = 0; round < 20; round++) {
        String url = "sqlite:///" + directory.resolve("shop-" + round + ".sqlite");
        CyclicBarrier ready = new CyclicBarrier(starters);
        List<Future<?>> opened = new ArrayList<>();
        for (int starter = 0; starter < starters; starter++) {
          opened.add(
              threads.submit(
                  () -> {
                    ready.await();
                    JdbcDatasource.builder(url).build().close();
                    return null;
                  }));
        }
        for (Future<?> one : opened) {
          one.get();
        }
      }
    }
  }

  @Test
  void nothingIsOpenWhenItIsClosed() {
    Path file = directory.resolve("shop.sqlite");
    for (int round = 0; round < 10; round++) {
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl("sqlite:///" + file)
              .workflow(ORDER, sku -> sku + "!")
              .launch()) {
        assertThat(dbos.run(ORDER, "tea")).isEqualTo("tea!");
        assertThat(directory.resolve("shop.sqlite-wal")).exists();
      }
      // Whoever closes it last deletes its log.
      assertThat(directory.resolve("shop.sqlite-wal")).doesNotExist();
    }
  }

  @Test
  void aFileInThePlaceOfADirectory() throws IOException {
    Path file = Files.createFile(directory.resolve("lib"));
    assertRefused(
        file.resolve("shop.sqlite"),
        ConfigurationException.class,
        "Cannot open OWNER: " + file + " is a file, not a directory. Name another file.");
  }

  @Test
  void aDirectoryInThePlaceOfAFile() {
    assertRefused(
        directory,
        ConfigurationException.class,
        "Cannot open OWNER: " + directory + " is a directory. Name a file.");
  }

  @Test
  void aFileThatIsNoDatabase() throws IOException {
    Path file = Files.writeString(directory.resolve("notes.txt"), "tea, milk, sugar\n".repeat(99));
    assertRefused(
        file,
        DatabaseUnavailableException.class,
        "Cannot open OWNER at sqlite:///"
            + file
            + ": the file is no SQLite database, or it is encrypted. Name another file.");
    assertThat(file).content().startsWith("tea, milk");
  }

  @Test
  void aDatabaseThatIsDamaged() throws IOException, SQLException {
    Path file = directory.resolve("shop.sqlite");
    try (JdbcDatasource shop = JdbcDatasource.create("sqlite:///" + file)) {
      shop.runTransaction("fill", connection -> execute(connection, "create table stock (sku)"));
    }
    byte[] bytes = Files.readAllBytes(file);
    // The first page begins with the header, which stays, and the schema, which does not.
    for (int i = 100; i < bytes.length; i++) {
      bytes[i] = (byte) 0xA5;
    }
    Files.write(file, bytes);

    assertRefused(
        file,
        DatabaseUnavailableException.class,
        "Cannot open OWNER at sqlite:///"
            + file
            + ": the file is damaged. Restore a backup, or save what can be read with: sqlite3"
            + " FILE .recover");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aFileThatMayOnlyBeRead() throws Exception {
    Path file = directory.resolve("shop.sqlite");
    JdbcDatasource.create("sqlite:///" + file).close();
    try (Protection protection = Protection.of(file)) {
      assumeThat(protection.works()).as("the superuser may write to it all the same").isTrue();
      assertRefused(
          file,
          ConfigurationException.class,
          "Cannot open OWNER: the file "
              + file
              + " may only be read. Give the user that runs this program the right to write to it,"
              + " and to its directory.");
    }
  }

  @Test
  void aDirectoryThatMayOnlyBeRead() throws Exception {
    Path inside = Files.createDirectory(directory.resolve("var"));
    try (Protection protection = Protection.of(inside)) {
      assumeThat(protection.works()).as("the superuser may write to it all the same").isTrue();
      assertRefused(
          inside.resolve("shop.sqlite"),
          ConfigurationException.class,
          "Cannot open OWNER: the directory "
              + inside
              + " may only be read, but SQLite keeps its log in it. Give the user that runs this"
              + " program the right to write to it, or name a file elsewhere.");
    }
  }

  /** Takes the right to write from everybody, from the superuser only where Linux can. */
  private record Protection(Path path) implements AutoCloseable {
    static Protection of(Path path) throws IOException {
      assertThat(path.toFile().setWritable(false)).isTrue();
      Protection protection = new Protection(path);
      if (!protection.works()) {
        protection.immutable("+i");
      }
      return protection;
    }

    boolean works() {
      return !Files.isWritable(path);
    }

    private void immutable(String flag) throws IOException {
      if (Files.isExecutable(CHATTR)) {
        new ProcessBuilder(CHATTR.toString(), flag, path.toString()).start().onExit().join();
      }
    }

    @Override
    public void close() throws IOException {
      immutable("-i");
      assertThat(path.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void aDiskThatIsFullFailsTheTransactionThatFillsItAndNothingElse() throws SQLException {
    Path file = directory.resolve("shop.sqlite");
    String fill = "insert into stock values (zeroblob(100000))";
    try (JdbcDatasource shop =
        JdbcDatasource.builder("sqlite:///" + file)
            .name("shop")
            .configurePool(pool -> pool.addDataSourceProperty("max_page_count", "60"))
            .build()) {
      shop.runTransaction("create", connection -> execute(connection, "create table stock (x)"));

      assertThatThrownBy(
              () ->
                  shop.runTransaction(
                      "fill",
                      connection -> {
                        for (int i = 0; i < 100; i++) {
                          execute(connection, fill);
                        }
                      }))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("database or disk is full");

      assertThat(count(shop)).isZero();
      shop.runTransaction("a little", connection -> execute(connection, fill));
      assertThat(count(shop)).isEqualTo(1);
    }
  }

  private static int count(JdbcDatasource shop) throws SQLException {
    return shop.callTransaction(
        "count",
        connection -> {
          try (Statement statement = connection.createStatement();
              var row = statement.executeQuery("select count(*) from stock")) {
            row.next();
            return row.getInt(1);
          }
        });
  }

  @Test
  void databasesInMemoryServeManyThreads() throws Exception {
    AtomicInteger shipped = new AtomicInteger();
    try (JdbcDatasource shop = JdbcDatasource.builder("sqlite::memory:").name("shop").build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl("sqlite::memory:")
                .workflow(
                    ORDER,
                    sku -> {
                      shop.runTransaction(
                          "reserve",
                          connection -> execute(connection, "insert into stock values (1)"));
                      dev.dbos.Workflow.runStep("ship", shipped::incrementAndGet);
                      return sku;
                    })
                .launch()) {
      shop.runTransaction("create", connection -> execute(connection, "create table stock (x)"));
      List<WorkflowHandle<String>> orders = new ArrayList<>();
      List<Thread> customers = new ArrayList<>();
      for (int customer = 0; customer < 8; customer++) {
        customers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int order = 0; order < 10; order++) {
                        dbos.run(ORDER, "mug");
                      }
                    }));
        orders.add(dbos.start(ORDER, "tea"));
      }
      for (Thread customer : customers) {
        customer.join();
      }

      assertThat(orders).allSatisfy(order -> assertThat(order.result()).isEqualTo("tea"));
      assertThat(count(shop)).isEqualTo(88);
      assertThat(shipped).hasValue(88);
      assertThat(dbos.list(dev.dbos.workflow.WorkflowQuery.all())).hasSize(88);
    }
  }
}
