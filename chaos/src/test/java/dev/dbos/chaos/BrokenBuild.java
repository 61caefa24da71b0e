package dev.dbos.chaos;

import dev.dbos.testing.ChildJvm;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A class of the library, compiled from its source with a mistake in it. */
final class BrokenBuild {
  private static final String SOURCES = "dbos-core/src/main/java/";

  private BrokenBuild() {}

  /** A text in a source and what takes its place. */
  record Change(String original, String mistake) {}

  /**
   * Compiles a class with mistakes.
   *
   * @param className the class, without {@code dev.dbos.internal.} in front
   * @return the class and those nested in it, by their file names in a jar
   */
  static Map<String, byte[]> of(String className, Change... changes) throws IOException {
    String file = "dev/dbos/internal/" + className.replace('.', '/') + ".java";
    String source = Files.readString(root().resolve(SOURCES + file));
    for (Change change : changes) {
      if (!source.contains(change.original())) {
        throw new AssertionError(
            file + " has changed; put the mistake elsewhere than at: " + change.original());
      }
      source = source.replace(change.original(), change.mistake());
    }
    Path work = Files.createTempDirectory("dbos-broken-");
    Path changed = work.resolve("source").resolve(file);
    Files.createDirectories(changed.getParent());
    Files.writeString(changed, source);
    compile(changed, work.resolve("classes"));
    return classes(work.resolve("classes"));
  }

  private static Path root() {
    for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
      if (Files.isDirectory(path.resolve(SOURCES))) {
        return path;
      }
    }
    throw new AssertionError("The library's sources are not in a directory above this one");
  }

  private static void compile(Path source, Path classes) throws IOException {
    Files.createDirectories(classes);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-nowarn",
              "-proc:none",
              "-parameters",
              "--release",
              "21",
              "-cp",
              ChildJvm.Builder.ownClassPath(),
              "-d",
              classes.toString());
      boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new AssertionError("The mistake does not compile:\n" + messages);
      }
    }
  }

  private static Map<String, byte[]> classes(Path directory) throws IOException {
    Map<String, byte[]> classes = new HashMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        classes.put(
            directory.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    return classes;
  }
}
