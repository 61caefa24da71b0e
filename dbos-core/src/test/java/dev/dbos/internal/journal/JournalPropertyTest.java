package dev.dbos.internal.journal;

import dev.dbos.internal.journal.JournalFixture.Product;
import dev.dbos.internal.journal.JournalStage.Act;
import dev.dbos.internal.journal.JournalStage.Fate;
import dev.dbos.internal.journal.JournalStage.Script;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * Producers that hand in at once, failures of every kind at any batch, poisoned rows and a close at
 * any moment, on real databases: what was acknowledged is there, what was refused is not, and
 * nobody is left waiting. {@code -Ddbos.test.journalRounds=…} plays each script so many times.
 */
class JournalPropertyTest {
  private static final int ROUNDS = Integer.getInteger("dbos.test.journalRounds", 1);

  private static @Nullable JournalFixture sqlite;
  private static @Nullable JournalFixture postgres;

  @BeforeContainer
  static void open() {
    sqlite = new JournalFixture(Product.SQLITE);
    postgres = new JournalFixture(Product.POSTGRESQL);
  }

  @AfterContainer
  static void close() {
    for (JournalFixture fixture : new JournalFixture[] {sqlite, postgres}) {
      if (fixture != null) {
        fixture.close();
      }
    }
  }

  @Provide
  Arbitrary<Script> scripts() {
    Arbitrary<List<Act>> producer =
        Arbitraries.frequency(
                Tuple.of(6, Act.WRITE),
                Tuple.of(6, Act.LATER),
                Tuple.of(1, Act.POISONED_WRITE),
                Tuple.of(1, Act.POISONED_LATER),
                Tuple.of(2, Act.FLUSH))
            .list()
            .ofMinSize(1)
            .ofMaxSize(12);
    return Combinators.combine(
            producer.list().ofMinSize(1).ofMaxSize(6),
            Arbitraries.of(Fate.class).list().ofMaxSize(12),
            Arbitraries.integers().between(0, 100))
        .as(Script::new);
  }

  @Property(tries = 30, seed = "20261121", shrinking = ShrinkingMode.OFF)
  void everybodyIsToldTheTruthOnSqlite(@ForAll("scripts") Script script) throws Exception {
    play(sqlite, script);
  }

  @Property(tries = 30, seed = "20261121", shrinking = ShrinkingMode.OFF)
  void everybodyIsToldTheTruthOnPostgres(@ForAll("scripts") Script script) throws Exception {
    play(postgres, script);
  }

  private static void play(@Nullable JournalFixture fixture, Script script) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      new JournalStage(Objects.requireNonNull(fixture), script).play();
    }
  }
}
