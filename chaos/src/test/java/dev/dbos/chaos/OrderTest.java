package dev.dbos.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
  @Test
  void theSameSeedAndIdGiveTheSameOrderInEveryProcess() {
    assertThat(Order.of(42, "worker-1-7")).isEqualTo(Order.of(42, "worker-1-7"));
    assertThat(Order.of(42, "worker-1-7")).isNotEqualTo(Order.of(43, "worker-1-7"));
  }

  @Test
  void everyTwistComesUp() {
    assertThat(IntStream.range(0, 500).mapToObj(n -> Order.of(1, "worker-1-" + n).twist()))
        .contains(Twist.values());
  }
}
