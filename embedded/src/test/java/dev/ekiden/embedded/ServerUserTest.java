package dev.ekiden.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Root alone can try to be somebody else. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ServerUserTest {

  private static final int NOBODY = 65_534;

  @TempDir Path parent;

  private Path directory;

  @BeforeEach
  void requireRoot() throws IOException {
    assumeTrue(uid(Path.of("/proc/self")) == 0, "only root can change users");
    assumeTrue(Commands.run(List.of("setpriv", "--version")).succeeded(), "setpriv is missing");
    directory = parent.resolve("server");
  }

  @Test
  void rootRunsTheServerWithoutItsPowers() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory))) {
      assertThat(effectiveCapabilities(server.pid()))
          .as("powers outside of its user namespace, or none")
          .isIn("0000000000000000");
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rootRunsTheServerOfAnotherUserAsThatUser() throws Exception {
    open(parent);
    EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory)).close();
    Trees.changeOwner(directory, NOBODY, NOBODY);
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory))) {
      assertThat(uid(Path.of("/proc/" + server.pid()))).isEqualTo(NOBODY);
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
      server.restart();
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rootStartsAnewAsAnotherUserWhereNamespacesAreForbidden() throws Exception {
    open(parent);
    EmbeddedPostgresOptions options = EmbeddedPostgresOptions.in(directory);
    ServerFiles files = ServerFiles.in(directory);
    ServerUser other = new ServerUser.OtherUser(NOBODY, NOBODY);
    other.own(files.directory());
    DataDirectory data = new DataDirectory(files, Programs.unpack(options.cache()), other);
    data.prepare();
    ServerLaunch launch = new ServerLaunch(data, files.password());
    Postmaster postmaster = launch.adoptOrStart(options);
    try {
      assertThat(uid(Path.of("/proc/" + postmaster.process().pid()))).isEqualTo(NOBODY);
      assertThat(Sql.query(launch.connection(postmaster.port()).address(), "SELECT 1"))
          .isEqualTo("1");
    } finally {
      postmaster.stop();
    }
  }

  @Test
  void saysWhenTheOtherUserCannotReachTheDirectory() throws Exception {
    EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory)).close();
    Trees.changeOwner(directory, NOBODY, NOBODY);
    assertThatThrownBy(() -> EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory)))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("refuses to run as root")
        .hasMessageContaining("setpriv --reuid=65534")
        .hasMessageContaining("EKIDEN_DATABASE_URL");
  }

  @Test
  void anOrdinaryUserRunsTheServerAsItself() throws Exception {
    open(parent);
    Files.createDirectory(directory);
    Path cache = Files.createDirectory(parent.resolve("cache"));
    String classPath = readableClassPath(Files.createDirectory(parent.resolve("classes")));
    Trees.changeOwner(parent, NOBODY, NOBODY);
    String[] asNobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    try (OwnerProcess owner = OwnerProcess.start(classPath, cache, directory, 0, asNobody)) {
      assertThat(uid(Path.of("/proc/" + owner.serverPid()))).isEqualTo(NOBODY);
      assertThat(uid(Path.of("/proc/" + owner.pid()))).isEqualTo(NOBODY);
    }
    assertThat(Postmaster.processesOf(directory.resolve("data"))).isEmpty();
    assertThat(uid(directory.resolve("data"))).isEqualTo(NOBODY);
  }

  /** Maven's repository is often where only root gets in. */
  private static String readableClassPath(Path target) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path source = Path.of(entry);
      if (Files.exists(source)) {
        Path copy = target.resolve(copies.size() + "-" + source.getFileName());
        copy(source, copy);
        copies.add(copy.toString());
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            target.resolve(source.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static int uid(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:uid");
  }

  private static String effectiveCapabilities(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("CapEff:"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .findFirst()
        .orElseThrow();
  }
}
