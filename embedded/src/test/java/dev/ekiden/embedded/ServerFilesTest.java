package dev.ekiden.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerFilesTest {

  @TempDir Path parent;

  private ServerFiles files;

  @BeforeEach
  void create() throws IOException {
    files = ServerFiles.in(parent.resolve("server"));
  }

  @Test
  void areOurs() throws IOException {
    files.createPassword();
    files.cutLog();
    assertThat(permissions(files.directory())).isEqualTo("rwx------");
    assertThat(permissions(files.passwordFile())).isEqualTo("rw-------");
    assertThat(permissions(files.log())).isEqualTo("rw-------");
    assertThat(files.password()).matches("[0-9a-f]{48}");
  }

  @Test
  void cutTheLogWhenItIsLongerThanTheLimit() throws IOException {
    length(ServerFiles.MAX_LOG_BYTES);
    files.cutLog();
    assertThat(files.log()).hasSize(ServerFiles.MAX_LOG_BYTES);
    length(ServerFiles.MAX_LOG_BYTES + 1);
    files.cutLog();
    assertThat(files.log()).isEmptyFile();
    assertThat(files.directory().resolve("postgres.log.1")).hasSize(ServerFiles.MAX_LOG_BYTES + 1);
  }

  @Test
  void showTheEndOfTheLogInWholeLines() throws IOException {
    Files.writeString(files.log(), "before\nfirst\nsecond\n");
    assertThat(files.logSince("before\n".length())).isEqualTo("first\nsecond");
    Files.writeString(files.log(), "x".repeat(5_000) + "\nlast\n");
    assertThat(files.logSince(0)).isEqualTo("last");
    Files.delete(files.log());
    assertThat(files.logSince(0)).contains("cannot be read");
  }

  private void length(long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(files.log().toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
