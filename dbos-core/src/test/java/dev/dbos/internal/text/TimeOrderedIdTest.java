package dev.dbos.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TimeOrderedIdTest {
  /** The example of RFC 9562, appendix A.6, has this time. */
  private static final long EXAMPLE_MILLIS = 0x017F22E279B0L;

  @Test
  void aUuidOfVersionSeven() {
    UUID id = UUID.fromString(TimeOrderedId.at(EXAMPLE_MILLIS));

    assertThat(id).asString().startsWith("017f22e2-79b0-7");
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
  }

  @Test
  void laterIdsComeLater() {
    assertThat(TimeOrderedId.at(EXAMPLE_MILLIS)).isLessThan(TimeOrderedId.at(EXAMPLE_MILLIS + 1));
  }

  @Test
  void thoseOfOneMillisecondDiffer() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      ids.add(TimeOrderedId.at(EXAMPLE_MILLIS));
    }

    assertThat(ids).hasSize(10_000);
  }
}
