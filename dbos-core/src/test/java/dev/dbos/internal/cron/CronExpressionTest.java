package dev.dbos.internal.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronExpressionTest {
  /** A Sunday. */
  private static final LocalDateTime MORNING = LocalDateTime.of(2026, 3, 1, 8, 0);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 3 * * *        | 2026-03-02T03:00
          */15 * * * *     | 2026-03-01T08:15
          5/20 * * * *     | 2026-03-01T08:05
          0 9-17/4 * * *   | 2026-03-01T09:00
          0 0 1,15 * *     | 2026-03-15T00:00
          0 0 * JUL *      | 2026-07-01T00:00
          0 0 * * 1        | 2026-03-02T00:00
          0 0 * * 7        | 2026-03-08T00:00
          0 0 * * sun      | 2026-03-08T00:00
          0 0 * * FRI-MON  | 2026-03-02T00:00
          0 0 13 * 5       | 2026-03-06T00:00
          0 0 ? * 5        | 2026-03-06T00:00
          0 0 L * *        | 2026-03-31T00:00
          0 0 LW * *       | 2026-03-31T00:00
          0 0 15W * *      | 2026-03-16T00:00
          0 0 * * 5#2      | 2026-03-13T00:00
          0 0 * * 5L       | 2026-03-27T00:00
          0 0 29 2 *       | 2028-02-29T00:00
          30 0 3 * * *     | 2026-03-02T03:00:30
          * * * * * *      | 2026-03-01T08:00:01
          """)
  void fiveFieldsAndSixFieldsMeanTimes(String text, LocalDateTime next) {
    assertThat(CronExpression.parse(text).after(MORNING)).contains(next);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense      | it has 1 fields
          * * * *       | it has 4 fields
          * * * * * * * | it has 7 fields
          60 * * * *    | Value 60 not in range [0, 59]
          0 24 * * *    | Value 24 not in range [0, 23]
          0 0 0 * *     | Value 0 not in range [1, 31]
          0 0 * 13 *    | Value 13 not in range [1, 12]
          0 0 * * 8     | Value 8 not in range [0, 7]
          */0 * * * *   | Period 0 not in range [0, 59]
          0 22-2 * * *  | Invalid range! [22,2]
          0 0 30 2 *    | there is no such day
          0 0 31 4,6 *  | there is no such day
          """)
  void whatIsNoExpressionIsRefusedWithTheReason(String text, String reason) {
    assertThatThrownBy(() -> CronExpression.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid cron schedule: '"
                + text
                + "': "
                + reason
                + ". It takes five fields, minute, hour, day of month, month and day of week, or"
                + " six with the second first.");
  }

  @ParameterizedTest
  @CsvSource({
    "* * * * *,true",
    "5 */1 * * *,true",
    "0 0-23 * * *,true",
    "0 */2 * * *,false",
    "0 3 * * *,false"
  })
  void aRhythmIsToldFromCertainTimesOfTheDay(String text, boolean rhythm) {
    assertThat(CronExpression.parse(text).isEveryHour()).isEqualTo(rhythm);
  }

  /** The library's answers, against counting through the calendar. */
  @Test
  void theNextTimeIsTheFirstThatMatchesAllFields() {
    Random random = new Random(20261121);
    for (int i = 0; i < 400; i++) {
      RandomFields fields = new RandomFields(random);
      LocalDateTime from =
          LocalDateTime.of(
              2024 + random.nextInt(4),
              1 + random.nextInt(12),
              1 + random.nextInt(28),
              random.nextInt(24),
              random.nextInt(60),
              random.nextInt(60));
      Optional<LocalDateTime> expected = fields.after(from);
      if (expected.isPresent()) {
        assertThat(CronExpression.parse(fields.text()).after(from))
            .as("%s after %s", fields.text(), from)
            .isEqualTo(expected);
      } else {
        assertThatThrownBy(() -> CronExpression.parse(fields.text()))
            .as(fields.text())
            .hasMessageContaining("there is no such day");
      }
    }
  }

  /** An expression of plain fields, and what it means. */
  private static final class RandomFields {
    private static final int[][] RANGES = {{0, 59}, {0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};

    private final String[] fields = new String[RANGES.length];

    RandomFields(Random random) {
      for (int i = 0; i < RANGES.length; i++) {
        fields[i] =
            i == 0 && random.nextInt(3) > 0 ? "0" : field(random, RANGES[i][0], RANGES[i][1]);
      }
    }

    private static String field(Random random, int low, int high) {
      int one = low + random.nextInt(high - low + 1);
      return switch (random.nextInt(6)) {
        case 0, 1 -> "*";
        case 2 -> Integer.toString(one);
        case 3 -> "*/" + (2 + random.nextInt((high - low) / 2));
        case 4 -> one + "-" + (one + random.nextInt(high - one + 1));
        default -> one + "," + (low + random.nextInt(high - low + 1));
      };
    }

    String text() {
      return String.join(" ", fields);
    }

    private Set<Integer> values(int index) {
      Set<Integer> values = new TreeSet<>();
      for (String part : fields[index].split(",")) {
        String[] step = part.split("/");
        String[] ends = step[0].equals("*") ? new String[] {} : step[0].split("-");
        int first = ends.length == 0 ? RANGES[index][0] : Integer.parseInt(ends[0]);
        int last = ends.length == 0 ? RANGES[index][1] : Integer.parseInt(ends[ends.length - 1]);
        for (int value = first; value <= last; value += step.length == 1 ? 1 : num(step[1])) {
          values.add(value);
        }
      }
      return values;
    }

    private static int num(String text) {
      return Integer.parseInt(text);
    }

    Optional<LocalDateTime> after(LocalDateTime from) {
      for (LocalDate day = from.toLocalDate();
          day.isBefore(from.toLocalDate().plusYears(9));
          day = day.plusDays(1)) {
        if (!isDay(day)) {
          continue;
        }
        for (int hour : values(2)) {
          for (int minute : values(1)) {
            for (int second : values(0)) {
              if (day.atTime(hour, minute, second).isAfter(from)) {
                return Optional.of(day.atTime(hour, minute, second));
              }
            }
          }
        }
      }
      return Optional.empty();
    }

    private boolean isDay(LocalDate day) {
      int weekday = day.getDayOfWeek().getValue();
      boolean ofMonth = values(3).contains(day.getDayOfMonth());
      boolean ofWeek = values(5).contains(weekday) || (weekday == 7 && values(5).contains(0));
      boolean either = !fields[3].equals("*") && !fields[5].equals("*");
      return values(4).contains(day.getMonthValue())
          && (either ? ofMonth || ofWeek : ofMonth && ofWeek);
    }
  }

  @Test
  void theFieldsMayBeApartByAnySpace() {
    StringJoiner text = new StringJoiner("\t ", " ", "\n");
    for (String field : "0 3 * * *".split(" ")) {
      text.add(field);
    }
    assertThat(CronExpression.parse(text.toString()).after(MORNING))
        .contains(MORNING.withDayOfMonth(2).withHour(3));
  }
}
