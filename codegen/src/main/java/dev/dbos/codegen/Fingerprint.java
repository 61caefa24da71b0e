package dev.dbos.codegen;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A SHA-256 over settings and files. */
final class Fingerprint {

  private final MessageDigest digest = sha256();

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  Fingerprint with(String setting) {
    byte[] bytes = setting.getBytes(StandardCharsets.UTF_8);
    return withBytes(bytes);
  }

  /** Takes in {@code path}: a file's contents, or those of all files below a directory. */
  Fingerprint withFiles(Path path) throws IOException {
    List<Path> files;
    try (Stream<Path> below = Files.walk(path)) {
      files = below.filter(each -> counts(path.relativize(each), each)).sorted().toList();
    }
    for (Path file : files) {
      with(path.relativize(file).toString());
      withBytes(Files.readAllBytes(file));
    }
    return this;
  }

  /**
   * Leaves out what lies below the root of a changelog without being part of it, and changes:
   * classes, hidden files and what builds put at the top.
   */
  private static boolean counts(Path relative, Path file) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) {
        return false;
      }
    }
    return Files.isRegularFile(file)
        && !file.toString().endsWith(".class")
        && !relative.startsWith("target")
        && !relative.startsWith("build");
  }

  /** The length goes first, so that no two sequences of parts run together alike. */
  private Fingerprint withBytes(byte[] bytes) {
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
    return this;
  }

  @Override
  public String toString() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of the JDK can be cloned", e);
    }
  }
}
