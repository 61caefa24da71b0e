package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.ForkOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos workflow fork}. */
@Command(
    name = "fork",
    mixinStandardHelpOptions = true,
    description = "Makes a new workflow that goes on from some step of another one.")
final class ForkCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ID", description = "The workflow's id.")
  private String id = "";

  @ArgGroup(multiplicity = "1")
  private From from = new From();

  @Option(
      names = "--new-id",
      paramLabel = "ID",
      description = "The fork's id; default a random one.")
  private @Nullable String newId;

  @Option(
      names = "--app-version",
      paramLabel = "VERSION",
      description = "The application version that takes it up; default that of the original.")
  private @Nullable String version;

  /** Where it goes on. */
  static final class From {
    @Option(names = "--step", paramLabel = "N", description = "From this step; 0 is the first.")
    private @Nullable Integer step;

    @Option(
        names = "--step-named",
        paramLabel = "NAME",
        description = "From the step of this name.")
    private @Nullable String stepNamed;

    @Option(names = "--from-failure", description = "From the step that failed last.")
    private boolean failure;

    private ForkOptions options() {
      if (failure) {
        return ForkOptions.fromLastFailure();
      }
      return stepNamed == null
          ? ForkOptions.fromStep(Objects.requireNonNullElse(step, 0))
          : ForkOptions.fromStepNamed(stepNamed);
    }
  }

  ForkCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      String fork = client.fork(id, options()).id();
      console.out().println(output.isJson() ? json(fork) : "Forked " + id + " as " + fork + ".");
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
    return DbosCommand.DONE;
  }

  private ForkOptions options() {
    ForkOptions options = from.options();
    options = newId == null ? options : options.withId(newId);
    return version == null ? options : options.withApplicationVersion(version);
  }

  private String json(String fork) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("forkedFrom", id);
    fields.put("id", fork);
    return OutputOptions.toJson(fields);
  }
}
