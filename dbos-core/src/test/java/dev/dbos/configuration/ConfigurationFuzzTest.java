package dev.dbos.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.dbos.error.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whatever is in a configuration file is understood or refused, and no third thing happens. */
class ConfigurationFuzzTest {
  private static final String SECRET = "Kq7Zx-secret";
  private static final Path FILE = file();

  private static Path file() {
    try {
      Path file = Files.createTempFile("dbos-config", ".yaml");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "10m")
  void anyFileIsAConfigurationOrRefused(byte[] bytes) throws IOException {
    Files.write(FILE, bytes);
    Configuration configuration;
    try {
      configuration = Configuration.read(FILE, Map.of("SECRET", SECRET, "EMPTY", ""));
    } catch (ConfigurationException refused) {
      assertThat(refused).hasMessageNotContaining(SECRET);
      return;
    }
    try {
      configuration.systemDatabase();
    } catch (ConfigurationException refused) {
      // The name is no secret, and is shown.
      boolean named = configuration.name().orElse("").contains(SECRET);
      assertThat(named || !String.valueOf(refused.getMessage()).contains(SECRET)).isTrue();
    }
  }
}
