package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.dbos.error.ConfigurationException;
import java.nio.charset.StandardCharsets;

/** Whatever is given for a URL is one or is refused, and no third thing happens. */
class DatabaseUrlFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void anyTextIsAUrlOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    DatabaseUrl url;
    try {
      url = DatabaseUrl.parse(text);
    } catch (ConfigurationException refused) {
      return;
    }
    assertThat(url.jdbcUrl()).startsWith("jdbc:").doesNotContain("\0");
    assertThat(url.databaseName()).isNotEmpty();
    assertThat(url).isEqualTo(DatabaseUrl.parse(text)).hasToString(url.redacted());
    String without = url.redacted();
    if (url.password().isPresent()) {
      assertThat(without).contains("***");
    }
  }
}
