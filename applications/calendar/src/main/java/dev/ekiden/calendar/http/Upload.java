package dev.ekiden.calendar.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The body of a request in a file of its own until closed, so that a slow client holds no
 * transaction open.
 */
record Upload(Path path) implements AutoCloseable {

  static Upload of(InputStream body) throws IOException {
    Upload upload = new Upload(Files.createTempFile("ekiden-import", ".tmp"));
    try (body) {
      Files.copy(body, upload.path, StandardCopyOption.REPLACE_EXISTING);
      return upload;
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
