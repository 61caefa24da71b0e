package dev.dbos.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteFileTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "NFS", "fuse.glusterfs"})
  void fileSystemsOfOtherMachinesAreKnown(String type) {
    assertThat(SqliteFile.isNetwork(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ext4", "xfs", "btrfs", "overlay", "tmpfs", "apfs", "NTFS", "zfs", "fuse.s"})
  void fileSystemsOfThisMachineAreNotTakenForOthers(String type) {
    assertThat(SqliteFile.isNetwork(type)).isFalse();
  }

  @Test
  void theWarningSaysWhichFileAndWhatToDo() {
    assertThat(
            new SqliteFile("system database", Path.of("/mnt/shop.sqlite")).networkWarning("nfs4"))
        .isEqualTo(
            "The SQLite file /mnt/shop.sqlite of system database is on a network file system"
                + " (nfs4). SQLite's locks and its write-ahead log do not work there between"
                + " machines, and the file can be damaged. Put it on a local disk, or use"
                + " PostgreSQL.");
  }
}
