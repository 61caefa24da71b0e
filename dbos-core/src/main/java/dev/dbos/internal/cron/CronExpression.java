package dev.dbos.internal.cron;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression of five fields, or of six with the seconds first, as a sequence of local times.
 * Of the day of the month and the day of the week either is enough when neither is {@code *}.
 */
public final class CronExpression {
  private static final CronParser PARSER = new CronParser(definition());
  private static final LocalDateTime SOME_DAY = LocalDateTime.of(2001, 1, 1, 0, 0);
  private static final String LIBRARYS_WORDS = "Failed to parse cron expression. ";
  private static final int HOUR = 2;
  private static final int DAY_OF_MONTH = 3;
  private static final int DAY_OF_WEEK = 5;

  private final ExecutionTime times;
  private final boolean everyHour;

  private CronExpression(ExecutionTime times, boolean everyHour) {
    this.times = times;
    this.everyHour = everyHour;
  }

  private static CronDefinition definition() {
    return CronDefinitionBuilder.defineCron()
        .withSeconds()
        .withValidRange(0, 59)
        .withStrictRange()
        .and()
        .withMinutes()
        .withValidRange(0, 59)
        .withStrictRange()
        .and()
        .withHours()
        .withValidRange(0, 23)
        .withStrictRange()
        .and()
        .withDayOfMonth()
        .withValidRange(1, 31)
        .supportsL()
        .supportsW()
        .supportsLW()
        .withStrictRange()
        .and()
        .withMonth()
        .withValidRange(1, 12)
        .withStrictRange()
        .and()
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .supportsHash()
        .supportsL()
        .and()
        .instance();
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException when it is none, or means no time at all
   */
  public static CronExpression parse(String text) {
    List<String> fields = new ArrayList<>(List.of(text.strip().split("\\s+")));
    if (fields.size() == 5) {
      fields.addFirst("0");
    }
    if (fields.size() != 6) {
      throw invalid(text, "it has " + fields.size() + " fields", null);
    }
    anyForUnspecified(fields, DAY_OF_MONTH);
    anyForUnspecified(fields, DAY_OF_WEEK);
    try {
      CronExpression parsed = new CronExpression(times(fields), isEveryHour(fields.get(HOUR)));
      if (parsed.after(SOME_DAY).isEmpty()) {
        throw invalid(text, "there is no such day", null);
      }
      return parsed;
    } catch (IllegalArgumentException refused) {
      String reason = String.valueOf(refused.getMessage());
      throw reason.startsWith("Invalid cron schedule")
          ? refused
          : invalid(text, reason.replace(LIBRARYS_WORDS, ""), refused);
    }
  }

  private static void anyForUnspecified(List<String> fields, int index) {
    if (fields.get(index).equals("?")) {
      fields.set(index, "*");
    }
  }

  private static ExecutionTime times(List<String> fields) {
    return ExecutionTime.forCron(PARSER.parse(String.join(" ", fields)));
  }

  private static boolean isEveryHour(String hours) {
    ExecutionTime daily = times(List.of("0", "0", hours, "*", "*", "*"));
    return IntStream.range(0, 24)
        .allMatch(hour -> daily.isMatch(SOME_DAY.withHour(hour).atZone(ZoneOffset.UTC)));
  }

  private static IllegalArgumentException invalid(
      String text, String reason, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "Invalid cron schedule: '"
            + text
            + "': "
            + reason
            + ". It takes five fields, minute, hour, day of month, month and day of week, or six with"
            + " the second first.",
        cause);
  }

  /** The first local time after {@code time}, in whole seconds; empty when there is none. */
  Optional<LocalDateTime> after(LocalDateTime time) {
    // In UTC, where every local time exists once: what becomes of it in a zone is not its business.
    return times.nextExecution(time.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
  }

  /** Whether it is due in each of a day's 24 hours, so that its rhythm is what matters. */
  boolean isEveryHour() {
    return everyHour;
  }
}
