package dev.ekiden.launch.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Files of an image that change together. The same files make the same bytes, whenever and by whom
 * they are made, so that what did not change is not sent again. Not thread-safe.
 */
final class Layer {

  /** A time that says nothing. */
  private static final long EPOCH = 0;

  private static final int DIRECTORY_MODE = 040755;
  private static final int FILE_MODE = 0100644;
  private static final int PROGRAM_MODE = 0100755;

  /** Where anybody may write, and nobody what others wrote. */
  private static final int SHARED_MODE = 041777;

  private final String name;
  private final Map<String, Entry> entries = new TreeMap<>();

  /** What stands at a path. */
  private sealed interface Entry {

    record Directory(int mode) implements Entry {}

    record Text(String content) implements Entry {}

    record Copy(Path file, boolean isProgram) implements Entry {}
  }

  /**
   * A layer that was written.
   *
   * @param name for people
   * @param file that it is in
   * @param digest the SHA-256 of the file in hexadecimal digits
   */
  record Written(String name, Path file, String digest) {

    long bytes() throws IOException {
      return Files.size(file);
    }
  }

  Layer(String name) {
    this.name = name;
  }

  /** A directory that anybody may write to. */
  Layer shared(String path) {
    return put(path, new Entry.Directory(SHARED_MODE));
  }

  Layer directory(String path) {
    return put(path, new Entry.Directory(DIRECTORY_MODE));
  }

  Layer text(String path, String content) {
    return put(path, new Entry.Text(content));
  }

  /** A file, under the path that it has on this machine or another; links are followed. */
  Layer file(String path, Path file) {
    return put(path, new Entry.Copy(file, Files.isExecutable(file)));
  }

  /** All files below a directory. */
  Layer tree(String path, Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        file(path + "/" + root.relativize(file), file);
      }
    }
    return this;
  }

  private Layer put(String path, Entry entry) {
    Path parent = Path.of(path).getParent();
    if (parent != null && parent.getNameCount() > 0) {
      entries.putIfAbsent(key(parent.toString()), new Entry.Directory(DIRECTORY_MODE));
      Path above = parent.getParent();
      while (above != null && above.getNameCount() > 0) {
        entries.putIfAbsent(key(above.toString()), new Entry.Directory(DIRECTORY_MODE));
        above = above.getParent();
      }
    }
    entries.put(key(path), entry);
    return this;
  }

  private static String key(String path) {
    return path.startsWith("/") ? path.substring(1) : path;
  }

  /** Writes the layer to a file. */
  Written write(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, Entry> one : entries.entrySet()) {
        add(tar, one.getKey(), one.getValue());
      }
    }
    return new Written(name, file, HexFormat.of().formatHex(digest.digest()));
  }

  private static void add(TarArchiveOutputStream tar, String path, Entry entry) throws IOException {
    switch (entry) {
      case Entry.Directory(int mode) -> tar.putArchiveEntry(header(path + "/", mode, 0));
      case Entry.Text(String content) -> {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        tar.putArchiveEntry(header(path, FILE_MODE, bytes.length));
        tar.write(bytes);
      }
      case Entry.Copy(Path file, boolean isProgram) -> {
        tar.putArchiveEntry(header(path, isProgram ? PROGRAM_MODE : FILE_MODE, Files.size(file)));
        try (InputStream in = Files.newInputStream(file)) {
          in.transferTo(tar);
        }
      }
    }
    tar.closeArchiveEntry();
  }

  private static TarArchiveEntry header(String path, int mode, long size) {
    TarArchiveEntry header = new TarArchiveEntry(path);
    header.setMode(mode);
    header.setSize(size);
    header.setModTime(EPOCH);
    header.setIds(0, 0);
    header.setNames("", "");
    return header;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return name + " " + List.copyOf(entries.keySet());
  }
}
