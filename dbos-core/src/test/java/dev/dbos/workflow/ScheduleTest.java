package dev.dbos.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.internal.cron.CronExpression;
import dev.dbos.internal.cron.Ticks;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a schedule is due, above all where clocks change. */
class ScheduleTest {
  private static List<String> ticks(String cron, String zone, String from, int count) {
    Schedule schedule = Schedule.of("report", cron, "report", null).withZone(zone);
    List<String> ticks = new ArrayList<>();
    for (Optional<Instant> tick = schedule.nextAfter(Instant.parse(from));
        tick.isPresent() && ticks.size() < count;
        tick = schedule.nextAfter(tick.get())) {
      ticks.add(tick.get().toString());
    }
    return ticks;
  }

  /** In Berlin it is 3:00 after 1:59:59 on 29 March, at 1:00 UTC. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          30 2 * * *        | 2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z
          0 2 * * *         | 2026-03-28T01:00:00Z 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z
          0 3 * * *         | 2026-03-28T02:00:00Z 2026-03-29T01:00:00Z 2026-03-30T01:00:00Z
          0 2,3 29 3 *      | 2026-03-29T01:00:00Z 2027-03-29T00:00:00Z 2027-03-29T01:00:00Z
          0,30 2,3 29 3 *   | 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z 2027-03-29T00:00:00Z
          */20 2 29 3 *     | 2026-03-29T01:00:00Z 2027-03-29T00:00:00Z 2027-03-29T00:20:00Z
          0 1/2 29 3 *      | 2026-03-29T00:00:00Z 2026-03-29T01:00:00Z 2026-03-29T03:00:00Z
          0 * 29 3 *        | 2026-03-28T23:00:00Z 2026-03-29T00:00:00Z 2026-03-29T01:00:00Z
          45 * 29 3 *       | 2026-03-28T23:45:00Z 2026-03-29T00:45:00Z 2026-03-29T01:45:00Z
          59 59 * 29 3 *    | 2026-03-28T23:59:59Z 2026-03-29T00:59:59Z 2026-03-29T01:59:59Z
          """)
  void inAnHourThatDoesNotExistARhythmGoesOnAndATimeOfTheDayComesAtTheChange(
      String cron, String expected) {
    assertThat(ticks(cron, "Europe/Berlin", "2026-03-27T12:00:00Z", 3))
        .isEqualTo(List.of(expected.split(" ")));
  }

  /** In Berlin it is 2:00 after 2:59:59 on 25 October, at 1:00 UTC. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          30 2 * * *     | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z 2026-10-27T01:30:00Z
          0 2 * * *      | 2026-10-25T00:00:00Z 2026-10-26T01:00:00Z 2026-10-27T01:00:00Z
          0 3 * * *      | 2026-10-25T02:00:00Z 2026-10-26T02:00:00Z 2026-10-27T02:00:00Z
          */30 2,3 * * * | 2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T02:00:00Z
          0 */2 25 10 *  | 2026-10-24T22:00:00Z 2026-10-25T00:00:00Z 2026-10-25T03:00:00Z
          0 * 25 10 *    | 2026-10-24T22:00:00Z 2026-10-24T23:00:00Z 2026-10-25T00:00:00Z
          """)
  void ofTwoHoursOfTheSameNameTimesOfTheDayTakeTheFirst(String cron, String expected) {
    assertThat(ticks(cron, "Europe/Berlin", "2026-10-24T12:00:00Z", 3))
        .isEqualTo(List.of(expected.split(" ")));
  }

  @Test
  void aRhythmHasTicksInBothOfTwoHoursOfTheSameName() {
    assertThat(ticks("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 5))
        .containsExactly(
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T02:30:00Z");
    assertThat(ticks("15 * * * *", "Europe/Berlin", "2026-10-25T00:59:59Z", 2))
        .containsExactly("2026-10-25T01:15:00Z", "2026-10-25T02:15:00Z");
  }

  @Test
  void askedInTheSecondOfTwoHoursATimeOfTheDayHasBeenAlready() {
    assertThat(ticks("30 2 * * *", "Europe/Berlin", "2026-10-25T01:00:00Z", 1))
        .containsExactly("2026-10-26T01:30:00Z");
    assertThat(ticks("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00.5Z", 1))
        .containsExactly("2026-10-26T01:30:00Z");
    assertThat(ticks("30 3 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1))
        .containsExactly("2026-10-25T02:30:00Z");
  }

  @Test
  void changesOfHalfAnHourAndOfAWholeDayAreChangesToo() {
    // Lord Howe goes from 2:00 to 2:30.
    assertThat(ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", 2))
        .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
    // Samoa had no 30 December 2011.
    assertThat(ticks("0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3))
        .containsExactly("2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z");
    assertThat(ticks("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2))
        .containsExactly("2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z");
  }

  @Test
  void withoutAZoneTimesAreInUtc() {
    assertThat(Schedule.of("report", "0 3 * * *", "report", null).zone())
        .isEqualTo(ZoneId.of("UTC"));
    assertThat(ticks("0 3 * * *", "UTC", "2026-03-29T00:00:00Z", 1))
        .containsExactly("2026-03-29T03:00:00Z");
  }

  @Test
  void theLastTickOfATimeIsFoundWithoutCountingThemAll() {
    Ticks seconds = new Ticks(CronExpression.parse("* * * * * *"), ZoneId.of("UTC"));
    assertThat(seconds.lastBetween(Instant.EPOCH, Instant.parse("2026-03-01T08:00:00.7Z")))
        .contains(Instant.parse("2026-03-01T08:00:00Z"));
    Ticks nights = new Ticks(CronExpression.parse("0 3 * * *"), ZoneId.of("UTC"));
    Instant morning = Instant.parse("2026-03-01T08:00:00Z");
    assertThat(nights.lastBetween(Instant.EPOCH, morning))
        .contains(Instant.parse("2026-03-01T03:00:00Z"));
    assertThat(nights.lastBetween(Instant.parse("2026-03-01T03:00:00Z"), morning)).isEmpty();
    assertThat(nights.lastBetween(morning, morning)).isEmpty();
  }

  @Test
  void whatIsWrongIsRefused() {
    assertThatThrownBy(() -> Schedule.of("report", "every day", "report", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid cron schedule: 'every day': it has 2 fields.");
    assertThatThrownBy(
            () -> Schedule.of("report", "0 3 * * *", "report", null).withZone("Mars/Olympus"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid timezone: 'Mars/Olympus'. It takes a name like Europe/Berlin.");
    assertThatThrownBy(() -> Schedule.of(" ", "0 3 * * *", "report", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A schedule and its workflow need names that are not blank.");
  }
}
