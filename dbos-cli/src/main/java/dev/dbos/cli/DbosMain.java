package dev.dbos.cli;

/** Where {@code java -jar dbos-cli.jar} begins. */
public final class DbosMain {
  private DbosMain() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] arguments) {
    System.exit(DbosCommand.run(Console.ofProcess(), arguments));
  }
}
