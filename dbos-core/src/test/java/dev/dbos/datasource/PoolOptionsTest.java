package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PoolOptionsTest {

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    assertThat(PoolOptions.DEFAULT)
        .isEqualTo(
            new PoolOptions(
                20,
                0,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                Duration.ofMinutes(29),
                Duration.ofMinutes(2)));
  }

  @Test
  void eachOptionIsChangedAlone() {
    PoolOptions changed =
        PoolOptions.DEFAULT
            .withMaximumSize(30)
            .withMinimumIdle(20)
            .withConnectionTimeout(Duration.ofSeconds(5))
            .withConnectTimeout(Duration.ofSeconds(3))
            .withIdleTimeout(Duration.ZERO)
            .withMaxLifetime(Duration.ofHours(1))
            .withKeepalive(Duration.ofMinutes(1));

    assertThat(changed)
        .isEqualTo(
            new PoolOptions(
                30,
                20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                Duration.ZERO,
                Duration.ofHours(1),
                Duration.ofMinutes(1)));
    assertThat(PoolOptions.DEFAULT.maximumSize()).isEqualTo(20);
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertRefused(
        () -> PoolOptions.DEFAULT.withMaximumSize(0),
        "Pool option maximumSize must be at least 1 but is 0");
    assertRefused(
        () -> PoolOptions.DEFAULT.withMinimumIdle(-1),
        "Pool option minimumIdle must not be negative but is -1");
    assertRefused(
        () -> PoolOptions.DEFAULT.withMinimumIdle(21),
        "Pool option minimumIdle must not be greater than maximumSize, which is 20, but is 21");
  }

  @Test
  void timesOutOfRangeAreRefused() {
    assertRefused(
        () -> PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofMillis(249)),
        "Pool option connectionTimeout must be at least PT0.25S but is PT0.249S");
    assertRefused(
        () -> PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofDays(25)),
        "Pool option connectionTimeout must be at most PT576H but is PT600H");
    assertRefused(
        () -> PoolOptions.DEFAULT.withConnectTimeout(Duration.ZERO),
        "Pool option connectTimeout must be at least PT1S but is PT0S");
    assertRefused(
        () -> PoolOptions.DEFAULT.withConnectTimeout(Duration.ofMillis(1_500)),
        "Pool option connectTimeout must be a whole number of seconds but is PT1.5S");
    assertRefused(
        () -> PoolOptions.DEFAULT.withIdleTimeout(Duration.ofSeconds(9)),
        "Pool option idleTimeout must be at least PT10S but is PT9S");
    assertRefused(
        () -> PoolOptions.DEFAULT.withMaxLifetime(Duration.ofSeconds(29)),
        "Pool option maxLifetime must be at least PT30S but is PT29S");
    assertRefused(
        () -> PoolOptions.DEFAULT.withKeepalive(Duration.ofSeconds(-1)),
        "Pool option keepalive must be at least PT30S but is PT-1S");
  }

  private static void assertRefused(ThrowingCallable change, String message) {
    assertThatThrownBy(change).isInstanceOf(ConfigurationException.class).hasMessage(message);
  }
}
