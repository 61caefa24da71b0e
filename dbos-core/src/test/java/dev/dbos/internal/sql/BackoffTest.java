package dev.dbos.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  private static final int DRAWS = 1_000;

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "4, 8", "10, 512", "11, 1000", "1000, 1000", "2147483647, 1000"})
  void pausesBetweenConflictsDoubleUpToASecond(int attempt, long longestMillis) {
    assertWithin(Backoff.forConflicts(new Random(7)), attempt, Duration.ofMillis(longestMillis));
  }

  @ParameterizedTest
  @CsvSource({"1, 50", "2, 100", "5, 800", "7, 3200", "8, 5000", "2147483647, 5000"})
  void pausesDuringOutagesDoubleUpToFiveSeconds(int attempt, long longestMillis) {
    assertWithin(Backoff.forOutages(new Random(7)), attempt, Duration.ofMillis(longestMillis));
  }

  private static void assertWithin(Backoff backoff, int attempt, Duration longest) {
    List<Duration> pauses =
        IntStream.range(0, DRAWS).mapToObj(i -> backoff.after(attempt)).toList();
    assertThat(pauses)
        .allSatisfy(pause -> assertThat(pause).isBetween(longest.dividedBy(2), longest));
    assertThat(Set.copyOf(pauses))
        .as("callers that met each other hardly meet again")
        .hasSizeGreaterThan(DRAWS * 9 / 10);
  }
}
