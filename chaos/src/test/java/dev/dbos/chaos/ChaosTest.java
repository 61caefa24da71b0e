package dev.dbos.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The short form: at least 50 kills and 200 other faults on each arrangement. The seed is another
 * one each time and is printed; {@code -Ddbos.chaos.seed=...} draws the same again.
 */
@Timeout(2700)
class ChaosTest {
  @ParameterizedTest
  @EnumSource(Arrangement.class)
  void whateverBreaksEveryTransferIsDoneOnceAndEveryWorkflowEnds(Arrangement arrangement)
      throws Exception {
    long seed = Long.getLong("dbos.chaos.seed", ThreadLocalRandom.current().nextLong(1_000_000));

    ChaosReport report = ChaosRun.run(ChaosOptions.brief(arrangement, seed));

    System.out.println(report.summary());
    if (!report.violations().isEmpty()) {
      keep(report);
    }
    assertThat(report.violations()).as(report.summary()).isEmpty();
    assertThat(report.kills()).isGreaterThanOrEqualTo(50);
    assertThat(report.otherFaults()).isGreaterThanOrEqualTo(200);
    assertThat(report.workflows()).isGreaterThan(100);
  }

  private static void keep(ChaosReport report) throws IOException {
    Path diary = Path.of("target", "chaos-" + report.options().arrangement().word() + "-diary.log");
    Files.createDirectories(diary.getParent());
    Files.write(diary, report.diary());
    System.out.println("diary: " + diary.toAbsolutePath());
  }
}
