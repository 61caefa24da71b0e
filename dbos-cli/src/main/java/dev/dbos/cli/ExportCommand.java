package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.Reach;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos workflow export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes workflows with all that is stored of them as JSON, to be imported again.")
final class ExportCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids of the workflows.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--children", description = "Also what they have started.")
  private boolean children;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to this new file; default to standard output.")
  private @Nullable Path file;

  ExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (DbosClient client = connection.client(console)) {
      String exported =
          client.archives().export(ids, children ? Reach.WITH_CHILDREN : Reach.ONLY_THESE);
      if (file == null) {
        console.out().println(exported);
      } else {
        write(file, exported);
        console.out().println("Exported " + String.join(", ", ids) + " to " + file + ".");
      }
    }
    return DbosCommand.DONE;
  }

  private void write(Path to, String exported) throws IOException {
    try {
      Files.writeString(
          console.directory().resolve(to), exported + "\n", StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException there) {
      throw new ParameterException(
          spec.commandLine(), "The file " + to + " exists already. Name a new one.", there);
    }
  }
}
