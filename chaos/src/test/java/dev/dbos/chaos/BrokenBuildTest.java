package dev.dbos.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.chaos.BrokenBuild.Change;
import dev.dbos.chaos.Focus.Fate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The harness itself: a library with a mistake in it does not get through a bounded run. */
@Timeout(600)
class BrokenBuildTest {
  private static final long SEED = 7;

  /** Runs until so many workers were killed, and returns what the audit found. */
  private static List<String> violations(
      Map<String, byte[]> mistake, Arrangement arrangement, Focus focus, int kills, int faults)
      throws Exception {
    ChaosOptions options =
        ChaosOptions.brief(arrangement, SEED)
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

    assertThat(violations(mistake, Arrangement.POSTGRES_SEVERAL, commits, 8, 25))
        .anySatisfy(violation -> assertThat(violation).contains("was done 2 times"));
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

    assertThat(violations(mistake, Arrangement.POSTGRES_SEVERAL, commits, 8, 25))
        .anySatisfy(
            violation -> assertThat(violation).containsAnyOf("is recorded as", "was done 0 times"));
  }

  @Test
  void aBuildThatForgetsTheFenceOfTheEndIsCaught() throws Exception {
    Map<String, byte[]> mistake =
        BrokenBuild.of(
            "journal.SqliteBatchWriter",
            new Change(".and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))", ""),
            new Change(".and(WORKFLOW_STATUS.OWNER_XID.eq(text()))", ".and(text().isNotNull())"));
    Focus zombies = new Focus(List.of(Fate.ZOMBIE), EnumSet.of(Point.BEFORE_END));

    assertThat(violations(mistake, Arrangement.SQLITE, zombies, 8, 0))
        .anySatisfy(
            violation -> assertThat(violation).containsAnyOf("did not stay so", "has the steps"));
  }
}
