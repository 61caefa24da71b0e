package dev.dbos;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What ARCHITECTURE.md says about the packages of this module, checked. */
class ArchitectureTest {
  private static final int MAX_LINES = 600;

  /** Lowest first. A package may use those of lower layers, and nothing else of this module. */
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of("dev.dbos.error", "dev.dbos.internal.cron", "dev.dbos.internal.text"),
          Set.of("dev.dbos.serialization"),
          Set.of("dev.dbos.workflow", "dev.dbos.datasource", "dev.dbos.observe"),
          Set.of(
              "dev.dbos.configuration",
              "dev.dbos.liquibase",
              "dev.dbos.tables",
              "dev.dbos.internal.sql",
              "dev.dbos.internal.schema"),
          Set.of("dev.dbos.internal.context", "dev.dbos.internal.migration"),
          Set.of(
              "dev.dbos.internal.store",
              "dev.dbos.internal.journal",
              "dev.dbos.internal.transaction"),
          Set.of("dev.dbos.internal.watch"),
          Set.of("dev.dbos.internal.operations"),
          Set.of("dev.dbos.internal.outbox"),
          Set.of("dev.dbos.internal.engine"),
          Set.of("dev.dbos.admin", "dev.dbos.datasource.spi"),
          Set.of("dev.dbos"));

  /** What an application may import. */
  private static final Set<String> EXPORTED =
      Set.of(
          "dev.dbos",
          "dev.dbos.admin",
          "dev.dbos.configuration",
          "dev.dbos.datasource",
          "dev.dbos.error",
          "dev.dbos.liquibase",
          "dev.dbos.observe",
          "dev.dbos.serialization",
          "dev.dbos.tables",
          "dev.dbos.workflow");

  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void everyPackageHasItsLayer() {
    Set<String> known = new TreeSet<>();
    LAYERS.forEach(known::addAll);

    Set<String> found = new TreeSet<>();
    CLASSES.forEach(type -> found.add(withoutGeneratedTables(type.getPackageName())));

    assertThat(found).isEqualTo(known);
  }

  @Test
  void importsPointDown() {
    List<String> upwards =
        dependencies()
            .filter(dependency -> !isAllowed(dependency))
            .map(Dependency::getDescription)
            .toList();

    assertThat(upwards).isEmpty();
  }

  @Test
  void noPackagesDependOnEachOtherInACircle() {
    slices()
        .matching("(dev.dbos..)")
        .should()
        .beFreeOfCycles()
        .check(
            CLASSES.that(
                describe("not generated", type -> !type.getPackageName().contains(".schema"))));
  }

  @Test
  void liquibaseNeedsNothingButTheSeamAndErrors() {
    assertThat(
            dependencies()
                .filter(dependency -> packageOf(dependency.getOriginClass()).endsWith(".liquibase"))
                .map(dependency -> packageOf(dependency.getTargetClass())))
        .containsOnly("dev.dbos.liquibase", "dev.dbos.datasource", "dev.dbos.error");
  }

  @Test
  void onlyTransactionsBeginsAndEndsTransactions() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.dbos.internal.sql.Transactions")
        .should()
        .callMethodWhere(
            target(owner(assignableTo(Connection.class)))
                .and(
                    target(
                        nameMatching(
                            "commit|rollback|setAutoCommit|setSavepoint|releaseSavepoint"))))
        .because("a commit elsewhere would part a result from the writes it belongs to")
        .check(CLASSES);
  }

  @Test
  void errorCodesAreReadInFewPlaces() {
    noClasses()
        .that(
            areNot(
                "dev.dbos.internal.sql.SqlFailure",
                "dev.dbos.internal.sql.SqliteCodes",
                // What a stored SQL error is rebuilt from.
                "dev.dbos.serialization.SqlErrors",
                "dev.dbos.serialization.ErrorRecorder",
                // Stands apart from internal packages, and knows the one code it waits for.
                "dev.dbos.liquibase.LiquibaseUpdate"))
        .should()
        .callMethodWhere(
            target(owner(assignableTo(SQLException.class)))
                .and(target(nameMatching("getSQLState|getErrorCode|getResultCode"))))
        .because("SqlFailure says what an SQL error means")
        .check(CLASSES);
  }

  @Test
  void timeComesFromTheInjectedClock() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethodWhere(
            target(owner(assignableTo("java.time.chrono.ChronoLocalDate")))
                .and(target(name("now"))))
        .because("tests set the time")
        .check(CLASSES);
    noClasses()
        .that(areNot("dev.dbos.internal.engine.SystemClock"))
        .should()
        .callMethodWhere(
            target(owner(assignableTo(Clock.class))).and(target(nameMatching("system.*"))))
        .because("there is one default clock")
        .check(CLASSES);
  }

  @Test
  void nothingIsPrinted() {
    noClasses()
        .should()
        .accessFieldWhere(
            describe(
                "System.out or System.err",
                access ->
                    access.getTarget().getOwner().isEquivalentTo(System.class)
                        && Set.of("out", "err").contains(access.getTarget().getName())))
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .because("a library logs through slf4j")
        .check(CLASSES);
  }

  @Test
  void javaSerializationIsNotUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectOutputStream")
        .because("whoever can write to the database could then run code here")
        .check(CLASSES);
  }

  @Test
  void threadsSleepOnlyWhereNothingCouldWakeThem() {
    noClasses()
        .that(
            areNot(
                // Between two attempts of a step outside any workflow.
                "dev.dbos.internal.engine.Steps",
                // While another process migrates, before there is anything to close.
                "dev.dbos.internal.migration.SystemSchema",
                "dev.dbos.liquibase.Pauses"))
        .should()
        .callMethodWhere(target(owner(assignableTo(Thread.class))).and(target(name("sleep"))))
        .because("a sleeping thread does not notice that its workflow was cancelled")
        .check(CLASSES);
  }

  @Test
  void exportedTypesShowNoInternalOnes() {
    List<String> leaks =
        CLASSES.stream()
            .filter(type -> EXPORTED.contains(type.getPackageName()))
            .filter(ArchitectureTest::isVisible)
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> isVisible(method.getModifiers()))
            .filter(
                method ->
                    Stream.concat(
                            Stream.of(method.getRawReturnType()),
                            method.getRawParameterTypes().stream())
                        .anyMatch(type -> type.getPackageName().startsWith("dev.dbos.internal")))
            .map(method -> method.getFullName())
            .toList();

    assertThat(leaks).isEmpty();
  }

  @Test
  void filesOfAllModulesStayShort() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path source : modules.map(module -> module.resolve("src")).toList()) {
        if (Files.isDirectory(source)) {
          sources.addAll(javaFiles(source));
        }
      }
    }

    assertThat(sources).hasSizeGreaterThan(100);
    assertThat(sources).filteredOn(file -> lines(file) > MAX_LINES).isEmpty();
  }

  private static List<Path> javaFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static Stream<Dependency> dependencies() {
    return CLASSES.stream()
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(dependency -> packageOf(dependency.getTargetClass()).startsWith("dev.dbos"));
  }

  private static boolean isAllowed(Dependency dependency) {
    String origin = packageOf(dependency.getOriginClass());
    String target = packageOf(dependency.getTargetClass());
    return origin.equals(target) || layerOf(target) < layerOf(origin);
  }

  private static int layerOf(String packageName) {
    for (int layer = 0; layer < LAYERS.size(); layer++) {
      if (LAYERS.get(layer).contains(packageName)) {
        return layer;
      }
    }
    throw new IllegalArgumentException(packageName + " is in no layer");
  }

  private static String packageOf(JavaClass type) {
    return withoutGeneratedTables(type.getBaseComponentType().getPackageName());
  }

  /** The tables are in a package of their own below the schema's; both count as one. */
  private static String withoutGeneratedTables(String packageName) {
    return packageName.replace("internal.schema.tables", "internal.schema");
  }

  private static DescribedPredicate<JavaClass> areNot(String... allowed) {
    Set<String> names = Set.of(allowed);
    return describe(
        "are not " + names, type -> !names.contains(type.getName().replaceFirst("\\$.*", "")));
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers());
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
