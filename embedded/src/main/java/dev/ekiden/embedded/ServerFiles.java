package dev.ekiden.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What a server keeps in its directory, and where. */
record ServerFiles(Path directory) {

  /** The log is cut when it is longer than this; one older part is kept beside it. */
  static final long MAX_LOG_BYTES = 10 * 1024 * 1024;

  private static final String UNFINISHED = "data.partial-";
  private static final int TAIL_BYTES = 4 * 1024;
  private static final int PASSWORD_BYTES = 24;
  private static final Set<PosixFilePermission> OURS_ALONE =
      PosixFilePermissions.fromString("rw-------");

  /** Makes the directory if need be, and resolves links: paths are compared with those of /proc. */
  static ServerFiles in(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
    return new ServerFiles(directory.toRealPath());
  }

  Path data() {
    return directory.resolve("data");
  }

  /**
   * Where a data directory is prepared, so that {@link #data} is never half made. Another process
   * has another: the program that creates the data may outlive the process that was killed.
   */
  Path unfinishedData() {
    return directory.resolve(UNFINISHED + ProcessHandle.current().pid());
  }

  void deleteUnfinishedData() throws IOException {
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, UNFINISHED + "*")) {
      for (Path path : unfinished) {
        Trees.delete(path);
      }
    }
  }

  Path settings() {
    return directory.resolve("postgresql.conf");
  }

  Path log() {
    return directory.resolve("postgres.log");
  }

  Path passwordFile() {
    return directory.resolve("password");
  }

  Path processIdFile() {
    return data().resolve("postmaster.pid");
  }

  String password() throws IOException {
    return Files.readString(passwordFile()).strip();
  }

  void createPassword() throws IOException {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    writePrivately(passwordFile(), HexFormat.of().formatHex(bytes) + "\n");
  }

  /** Never readable by others, not even for a moment, and never half written. */
  void writePrivately(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    Files.createFile(next, PosixFilePermissions.asFileAttribute(OURS_ALONE));
    Files.writeString(next, text, StandardOpenOption.WRITE);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The server appends to the log, so it may be cut while the server runs. */
  void cutLog() throws IOException {
    if (!Files.exists(log())) {
      Files.createFile(log(), PosixFilePermissions.asFileAttribute(OURS_ALONE));
    }
    if (Files.size(log()) > MAX_LOG_BYTES) {
      Files.copy(log(), directory.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "rw")) {
        file.setLength(0);
      }
    }
  }

  /** The end of the log, from a position on. */
  String logSince(long position) {
    try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
      long start = Math.max(position, file.length() - TAIL_BYTES);
      byte[] bytes = new byte[(int) Math.max(0, file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", start > position ? lines.subList(1, lines.size()) : lines);
    } catch (IOException e) {
      return "(" + log() + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
