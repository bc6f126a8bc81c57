package dev.ekiden.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL, unpacked once per version into a cache directory.
 *
 * @param home holds {@code bin}, {@code lib} and {@code share}
 */
record Programs(Path home) {

  private static final Logger log = LoggerFactory.getLogger(Programs.class);
  private static final String PARTIAL = ".partial";

  /** A directory so old is left over from an unpacking that was killed. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  Path postgres() {
    return home.resolve("bin/postgres");
  }

  Path initdb() {
    return home.resolve("bin/initdb");
  }

  /**
   * Unpacks unless it has been done. Several processes may do so at once: the first to finish puts
   * its directory in place by one rename, the others throw theirs away.
   */
  static Programs unpack(Path cache) throws IOException {
    String archive = Platform.current().archive();
    URL url = Programs.class.getClassLoader().getResource(archive);
    if (url == null) {
      throw new EmbeddedPostgresException(
          "The programs of PostgreSQL are missing: " + archive + " is not on the class path");
    }
    Path parent = cache.resolve("postgres");
    Path home = parent.resolve(fingerprint(url));
    if (Files.isDirectory(home)) {
      return new Programs(home);
    }
    log.info("Unpacking PostgreSQL into {}", home);
    Path partial = parent.resolve(home.getFileName() + "." + UUID.randomUUID() + PARTIAL);
    try (InputStream stream = url.openStream()) {
      Files.createDirectories(parent);
      deleteAbandoned(parent);
      Files.createDirectory(partial);
      Files.setPosixFilePermissions(partial, permissions(0755));
      unpack(stream, partial);
      Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(home)) {
        throw new EmbeddedPostgresException(
            "PostgreSQL could not be unpacked into "
                + home
                + " (set "
                + CacheDirectory.VARIABLE
                + " to use another directory): "
                + e,
            e);
      }
      log.debug("Another process was faster in unpacking {}", home);
    } finally {
      Trees.delete(partial);
    }
    return new Programs(home);
  }

  /** The checksum that the jar keeps of the archive anyway, and its size. */
  private static String fingerprint(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return fingerprint(jar.getJarEntry().getCrc(), jar.getJarEntry().getSize());
    }
    try (InputStream stream = connection.getInputStream()) {
      byte[] bytes = stream.readAllBytes();
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      return fingerprint(checksum.getValue(), bytes.length);
    }
  }

  private static String fingerprint(long checksum, long size) {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(checksum, 8) + "-" + hex.toHexDigits(size, 8);
  }

  static void unpack(InputStream archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, target);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    Path path = inside(target, target.resolve(entry.getName()), entry);
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      inside(target, path.resolveSibling(entry.getLinkName()), entry);
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    if (!entry.isFile()) {
      throw new IOException("The archive holds something that is no file: " + entry.getName());
    }
    Files.copy(tar, path);
    Files.setPosixFilePermissions(path, permissions(entry.getMode()));
  }

  private static Path inside(Path target, Path path, TarArchiveEntry entry) throws IOException {
    Path normalized = path.normalize();
    if (!normalized.startsWith(target)) {
      throw new IOException("The archive points outside of itself: " + entry.getName());
    }
    return normalized;
  }

  /** Writable by the owner only, whatever the archive says; readable by the user of the server. */
  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OTHERS_READ);
    if ((mode & 0100) != 0) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      permissions.add(PosixFilePermission.GROUP_EXECUTE);
      permissions.add(PosixFilePermission.OTHERS_EXECUTE);
    }
    return permissions;
  }

  private static void deleteAbandoned(Path parent) throws IOException {
    List<Path> partials;
    try (Stream<Path> entries = Files.list(parent)) {
      partials = entries.filter(path -> path.toString().endsWith(PARTIAL)).toList();
    }
    Instant limit = Instant.now().minus(ABANDONED);
    for (Path partial : partials) {
      if (Files.getLastModifiedTime(partial).toInstant().isBefore(limit)) {
        Trees.delete(partial);
      }
    }
  }
}
