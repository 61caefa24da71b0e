package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.observe.Health;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dbos health}. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = "Tells whether the system database answers; exit code 1 when it does not.")
final class HealthCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--timeout",
      paramLabel = "MS",
      description = "How long to wait for it; default ${DEFAULT-VALUE}.",
      defaultValue = "5000")
  private long timeoutMillis;

  HealthCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      Health health = client.health(Duration.ofMillis(timeoutMillis));
      console.out().println(output.isJson() ? json(health) : text(health));
      return health.status() == Health.Status.UP ? DbosCommand.DONE : DbosCommand.FAILED;
    }
  }

  private static String text(Health health) {
    TextTable table = new TextTable("FIELD", "VALUE");
    fields(health).forEach((name, value) -> table.row(name, value.toString()));
    return table.render();
  }

  private static String json(Health health) {
    return OutputOptions.toJson(fields(health));
  }

  private static Map<String, Object> fields(Health health) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("status", health.status().name().toLowerCase(Locale.ROOT));
    fields.put("reachable", health.systemDatabase().reachable());
    fields.put("latencyMillis", health.systemDatabase().latency().toMillis());
    health.work().queueLag().ifPresent(lag -> fields.put("queueLagMillis", lag.toMillis()));
    if (!health.problems().isEmpty()) {
      fields.put("problems", health.problems());
    }
    return fields;
  }
}
