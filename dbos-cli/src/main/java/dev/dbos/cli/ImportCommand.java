package dev.dbos.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dbos.DbosClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos workflow import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Puts all exported workflows of a file into the system database, or none.")
final class ImportCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "What export has written; default standard input.")
  private @Nullable Path file;

  ImportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    String exported = file == null ? readInput() : read(file);
    try (DbosClient client = connection.client(console)) {
      List<String> ids = client.archives().importAll(exported);
      console
          .out()
          .println(
              output.isJson()
                  ? OutputOptions.toJson(Map.of("imported", ids))
                  : "Imported " + String.join(", ", ids) + ".");
    }
    return DbosCommand.DONE;
  }

  private String readInput() {
    return String.join("\n", console.in().lines().toList());
  }

  private String read(Path from) throws IOException {
    try {
      return Files.readString(console.directory().resolve(from), UTF_8);
    } catch (NoSuchFileException missing) {
      throw new ParameterException(spec.commandLine(), "There is no file " + from + ".", missing);
    }
  }
}
