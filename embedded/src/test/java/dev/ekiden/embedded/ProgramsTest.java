package dev.ekiden.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ProgramsTest {

  @TempDir Path cache;

  @Test
  void areUnpackedOnceHoweverManyTryAtOnce() throws Exception {
    CountDownLatch together = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Programs>> unpacked =
          Stream.generate(() ->
                  threads.submit(() -> {
                    together.await();
                    return Programs.unpack(cache);
                  }))
              .limit(3)
              .toList();
      together.countDown();
      Programs first = unpacked.getFirst().get();
      for (Future<Programs> other : unpacked) {
        assertThat(other.get()).isEqualTo(first);
      }
      assertThat(Commands.run(List.of(first.postgres().toString(), "--version")).output())
          .startsWith("postgres (PostgreSQL) 18.");
      assertThat(entries(cache.resolve("postgres"))).containsExactly(first.home());
      FileTime unpackedAt = Files.getLastModifiedTime(first.postgres());
      assertThat(Programs.unpack(cache)).isEqualTo(first);
      assertThat(Files.getLastModifiedTime(first.postgres())).isEqualTo(unpackedAt);
    }
  }

  @Test
  void clearAwayWhatAKilledUnpackingLeft() throws IOException {
    Path old = Files.createDirectories(cache.resolve("postgres/x.partial/bin")).getParent();
    Path young = Files.createDirectories(cache.resolve("postgres/y.partial"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    Programs programs = Programs.unpack(cache);
    assertThat(entries(cache.resolve("postgres")))
        .containsExactlyInAnyOrder(programs.home(), young);
  }

  @Test
  void sayWhereTheyCannotBeUnpacked() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    assertThatThrownBy(() -> Programs.unpack(file))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("EKIDEN_CACHE");
  }

  @Test
  void refuseAnArchiveThatReachesOutside() {
    assertThatIOException()
        .isThrownBy(() -> Programs.unpack(archive(file("../escaped")), cache))
        .withMessageContaining("outside");
    assertThatIOException()
        .isThrownBy(() -> Programs.unpack(archive(link("lib/escaped", "../../other")), cache))
        .withMessageContaining("outside");
    assertThat(cache.resolveSibling("escaped")).doesNotExist();
  }

  private static TarArchiveEntry file(String name) {
    return new TarArchiveEntry(name);
  }

  private static TarArchiveEntry link(String name, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    entry.setLinkName(target);
    return entry;
  }

  private static InputStream archive(TarArchiveEntry entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] content = entry.isSymbolicLink() ? new byte[0] : "x".getBytes(StandardCharsets.UTF_8);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new XZOutputStream(bytes, new LZMA2Options(0)))) {
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}
