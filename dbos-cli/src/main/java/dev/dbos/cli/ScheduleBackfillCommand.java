package dev.dbos.cli;

import dev.dbos.DbosClient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos schedule backfill}. */
@Command(
    name = "backfill",
    mixinStandardHelpOptions = true,
    description = "Starts the workflows of all ticks of a time that were not started yet.")
final class ScheduleBackfillCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "NAME", description = "The schedule's name.")
  private String name = "";

  @Option(
      names = "--from",
      required = true,
      paramLabel = "TIME",
      description = "The first moment that counts, for example 2026-03-01T00:00:00Z.")
  private Instant from = Instant.EPOCH;

  @Option(
      names = "--until",
      required = true,
      paramLabel = "TIME",
      description = "The first moment that does not count any more.")
  private Instant until = Instant.EPOCH;

  ScheduleBackfillCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      List<String> ids = client.schedules().backfill(name, from, until);
      console.out().println(output.isJson() ? OutputOptions.toJson(Map.of("ids", ids)) : text(ids));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
    return DbosCommand.DONE;
  }

  private static String text(List<String> ids) {
    return ids.isEmpty() ? "No ticks." : String.join(System.lineSeparator(), ids);
  }
}
