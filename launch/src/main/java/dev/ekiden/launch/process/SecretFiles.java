package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Secrets that a program reads from files: there while it runs, for its user alone. */
final class SecretFiles {

  private final Path directory;
  private final List<Path> written = new ArrayList<>();

  SecretFiles(Path directory) {
    this.directory = directory;
  }

  void write(Map<String, String> secrets) throws IOException {
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      Path file = directory.resolve(secret.getKey());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      written.add(file);
      Files.writeString(file, secret.getValue());
    }
  }

  void delete() throws IOException {
    for (Path file : written) {
      Files.deleteIfExists(file);
    }
  }
}
