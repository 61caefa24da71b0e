package dev.dbos.internal.sql;

import dev.dbos.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of an SQLite database, looked at before the driver does: the driver's errors do not
 * tell a missing directory from a forbidden one.
 *
 * @param name whose it is, in messages
 * @param path absolute
 */
record SqliteFile(String name, Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);

  /** What file systems on other machines call themselves, after a {@code fuse.} in front. */
  private static final Set<String> NETWORK =
      Set.of(
          "9p",
          "afs",
          "afpfs",
          "ceph",
          "cifs",
          "glusterfs",
          "gpfs",
          "lustre",
          "ncpfs",
          "nfs",
          "nfs3",
          "nfs4",
          "s3fs",
          "smb",
          "smb2",
          "smb3",
          "smbfs",
          "sshfs",
          "vboxsf",
          "virtiofs",
          "webdav");

  private static final Set<Path> WARNED = ConcurrentHashMap.newKeySet();

  /**
   * Checks that a database can be here, and warns of a file system that SQLite is not made for.
   *
   * @throws ConfigurationException when none can be, saying what to change
   */
  void requireUsable() {
    if (Files.isDirectory(path)) {
      throw refused(path + " is a directory. Name a file.");
    }
    requireDirectory(directory());
    if (Files.exists(path) && !Files.isWritable(path)) {
      throw refused(
          "the file "
              + path
              + " may only be read. Give the user that runs this program the right to write to it,"
              + " and to its directory.");
    }
    warnOfNetwork();
  }

  private Path directory() {
    return Objects.requireNonNull(path.getParent(), "an absolute path that is not the root");
  }

  private void requireDirectory(Path directory) {
    if (!Files.exists(directory)) {
      throw refused(
          "the directory "
              + directory
              + " does not exist. Create it, for example with: mkdir -p '"
              + directory
              + "' - or name another file.");
    }
    if (!Files.isDirectory(directory)) {
      throw refused(directory + " is a file, not a directory. Name another file.");
    }
    if (!Files.isWritable(directory)) {
      throw refused(
          "the directory "
              + directory
              + " may only be read, but SQLite keeps its log in it. Give the user that runs this"
              + " program the right to write to it, or name a file elsewhere.");
    }
  }

  private ConfigurationException refused(String reason) {
    return new ConfigurationException("Cannot open " + name + ": " + reason, null);
  }

  private void warnOfNetwork() {
    try {
      FileStore store = Files.getFileStore(directory());
      if (isNetwork(store.type()) && WARNED.add(path)) {
        LOG.warn("{}", networkWarning(store.type()));
      }
    } catch (IOException unknown) {
      LOG.debug("The file system of {} cannot be told", path, unknown);
    }
  }

  /** Whether a file system of this type may lie on another machine. */
  static boolean isNetwork(String type) {
    String plain = type.toLowerCase(Locale.ROOT).replaceFirst("^fuse\\.", "");
    return NETWORK.contains(plain);
  }

  String networkWarning(String type) {
    return "The SQLite file "
        + path
        + " of "
        + name
        + " is on a network file system ("
        + type
        + "). SQLite's locks and its write-ahead log do not work there between machines, and the"
        + " file can be damaged. Put it on a local disk, or use PostgreSQL.";
  }
}
