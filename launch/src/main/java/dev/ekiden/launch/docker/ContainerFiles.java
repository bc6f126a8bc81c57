package dev.ekiden.launch.docker;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** What is put into a container before it starts, and taken out of it, as the engine wants it. */
final class ContainerFiles {

  private static final int DIRECTORY_MODE = 040700;
  private static final int FILE_MODE = 0100400;

  private ContainerFiles() {}

  /** The place of the result and the secrets, for the program's user alone. */
  static InputStream prepared(Task task, DockerOptions options) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "out/", DIRECTORY_MODE, new byte[0], options);
      add(tar, "secrets/", DIRECTORY_MODE, new byte[0], options);
      for (Secret secret : task.secrets()) {
        if (secret.delivery() == Secret.Delivery.FILE) {
          byte[] value = secret.value().getBytes(StandardCharsets.UTF_8);
          add(tar, "secrets/" + secret.name(), FILE_MODE, value, options);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** The one file of an archive. */
  static byte[] result(TaskId id, InputStream archive) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(archive)) {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry == null || !entry.isFile()) {
        throw new LaunchException("The result of task " + id + " is not a file");
      }
      if (entry.getSize() > Launcher.MAX_RESULT_BYTES) {
        throw new LaunchException(
            "The result of task " + id + " has more than " + Launcher.MAX_RESULT_BYTES + " bytes");
      }
      return tar.readAllBytes();
    }
  }

  private static void add(
      TarArchiveOutputStream tar, String name, int mode, byte[] content, DockerOptions options)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setIds(options.userId(), options.groupId());
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
