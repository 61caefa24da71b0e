package dev.dbos.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.chaos.BrokenBuild.Change;
import dev.dbos.chaos.Focus.Fate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The harness itself: a library with a mistake in it does not get through a few bounded runs. */
@Timeout(3600)
class BrokenBuildTest {
  private static final long SEED = 7;
  private static final int RUNS = 6;

  /**
   * Runs until the audit finds one of {@code signs}. At which moment a fault strikes is up to the
   * machine, so a run may miss it: about one of eight does, where few moments matter.
   */
  private static void assertCaught(
      Map<String, byte[]> mistake,
      Arrangement arrangement,
      Focus focus,
      int kills,
      int faults,
      String... signs)
      throws Exception {
    List<String> found = new ArrayList<>();
    for (int run = 0; run < RUNS && !contain(found, signs); run++) {
      found.addAll(violations(SEED + run, mistake, arrangement, focus, kills, faults));
    }
    assertThat(found)
        .anySatisfy(violation -> assertThat(violation).containsAnyOf((CharSequence[]) signs));
  }

  private static boolean contain(List<String> found, String... signs) {
    return found.stream().anyMatch(violation -> Stream.of(signs).anyMatch(violation::contains));
  }

  /** Runs until so many workers were killed, and returns what the audit found. */
  private static List<String> violations(
      long seed,
      Map<String, byte[]> mistake,
      Arrangement arrangement,
      Focus focus,
      int kills,
      int faults)
      throws Exception {
    ChaosOptions options =
        ChaosOptions.brief(arrangement, seed)
            .withTargets(kills, faults)
            .withoutFaults(EnumSet.of(Fault.DISK_FULL, Fault.SERVER_CRASH))
            .withFocus(focus)
            .withPatches(mistake);
    ChaosReport report = ChaosRun.run(options);
    System.out.println(report.summary());
    return report.violations();
  }

  @Test
  void aBuildThatDoesNotCheckWhetherAStepWasCommittedBeforeIsCaught() throws Exception {
    Map<String, byte[]> mistake =
        BrokenBuild.of(
            "transaction.DatasourceOutcomes",
            new Change(
                "this.insert = dsl.render(insertInto(dsl));",
                "this.insert = dsl.render(insertInto(dsl).onConflictDoNothing());"),
            new Change("if (!row.next()) {", "if (!row.next() || true) {"));
    Focus commits = new Focus(List.of(Fate.KILL_IN_COMMIT), EnumSet.allOf(Point.class));

    assertCaught(mistake, Arrangement.POSTGRES_SEVERAL, commits, 8, 25, "was done 2 times");
  }

  @Test
  void aBuildThatRecordsAStepBeforeItIsCommittedIsCaught() throws Exception {
    Map<String, byte[]> mistake =
        BrokenBuild.of(
            "transaction.RecordedTransaction",
            new Change(
                "    try {\n      return insertAndCommit(lease, row)",
                """
                    if (!table.isSystemRecord()) {
                      scope.record(row);
                    }
                    try {
                      return insertAndCommit(lease, row)\
                """));
    Focus commits = new Focus(List.of(Fate.KILL_IN_COMMIT), EnumSet.allOf(Point.class));

    assertCaught(
        mistake,
        Arrangement.POSTGRES_SEVERAL,
        commits,
        8,
        25,
        "is recorded as",
        "was done 0 times");
  }

  @Test
  void aBuildThatForgetsTheFenceOfTheEndIsCaught() throws Exception {
    Map<String, byte[]> mistake =
        BrokenBuild.of(
            "journal.SqliteBatchWriter",
            new Change(".and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))", ""),
            new Change(".and(WORKFLOW_STATUS.OWNER_XID.eq(text()))", ".and(text().isNotNull())"));
    Focus zombies = new Focus(List.of(Fate.ZOMBIE), EnumSet.of(Point.BEFORE_END));

    assertCaught(mistake, Arrangement.SQLITE, zombies, 8, 0, "did not stay so", "has the steps");
  }
}
