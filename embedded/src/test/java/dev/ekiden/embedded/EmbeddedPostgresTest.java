package dev.ekiden.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EmbeddedPostgresTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "fsync, on",
    "synchronous_commit, on",
    "full_page_writes, on",
    "data_checksums, on",
    "server_encoding, UTF8",
    "password_encryption, scram-sha-256",
    "listen_addresses, 127.0.0.1",
    "unix_socket_directories, ''",
    "shared_buffers, 256MB",
    "max_connections, 100",
    "max_wal_size, 2GB",
    "checkpoint_timeout, 15min",
    "autovacuum_naptime, 5s",
    "jit, off"
  })
  void runsWithOurSettings(String setting, String value) throws SQLException {
    assertThat(Sql.query(SharedServer.address(), "SHOW " + setting)).isEqualTo(value);
  }

  @Test
  void comparesTextTheSameOnEveryMachine() throws SQLException {
    String provider =
        Sql.query(
            SharedServer.address(),
            "SELECT CAST(datlocprovider AS text) || ' ' || datlocale FROM pg_database WHERE datname = 'ekiden'");
    assertThat(provider).isEqualTo("b C.UTF-8");
  }

  @Test
  void keepsThePasswordToItsUser() throws IOException {
    Path file = SharedServer.get().passwordFile();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file).strip()).isEqualTo(SharedServer.address().password());
  }

  @Test
  void refusesAWrongPassword() {
    DatabaseAddress right = SharedServer.address();
    assertThatThrownBy(() -> Sql.connect(new DatabaseAddress(right.url(), right.user(), "wrong")))
        .isInstanceOfSatisfying(
            SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void isOutOfReachOfTheTerminal() throws IOException {
    long pid = SharedServer.get().pid();
    String statistics = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] afterName = statistics.substring(statistics.lastIndexOf(')') + 2).split(" ");
    assertThat(afterName[2]).as("process group").isEqualTo(String.valueOf(pid));
    assertThat(afterName[3]).as("session").isEqualTo(String.valueOf(pid));
  }

  @Test
  void keepsItsDataAndPasswordAcrossAStop() throws SQLException {
    String password;
    long pid;
    try (EmbeddedPostgres first = start()) {
      Sql.execute(first.address(), "CREATE TABLE kept AS SELECT 42 AS answer");
      password = first.address().password();
      pid = first.pid();
    }
    assertThat(ProcessHandle.of(pid)).isEmpty();
    try (EmbeddedPostgres second = start()) {
      assertThat(second.address().password()).isEqualTo(password);
      assertThat(Sql.query(second.address(), "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  @Test
  void takesTheSettingsItIsGiven() throws SQLException {
    CreatedDatabase.copyTo(directory);
    EmbeddedPostgresOptions options =
        EmbeddedPostgresOptions.in(directory)
            .withSetting("work_mem", "7MB")
            .withSetting("jit", "on")
            .withSetting("cluster_name", "it's ours");
    try (EmbeddedPostgres server = EmbeddedPostgres.start(options)) {
      assertThat(Sql.query(server.address(), "SHOW work_mem")).isEqualTo("7MB");
      assertThat(Sql.query(server.address(), "SHOW jit")).isEqualTo("on");
      assertThat(Sql.query(server.address(), "SHOW cluster_name")).isEqualTo("it's ours");
    }
  }

  @Test
  void staysDurableWhateverAnAdministratorWrites() throws SQLException {
    CreatedDatabase.copyTo(directory);
    try (EmbeddedPostgres server = start()) {
      Sql.execute(server.address(), "ALTER SYSTEM SET fsync = off");
      server.restart();
      assertThat(Sql.query(server.address(), "SHOW fsync")).isEqualTo("on");
    }
  }

  @Test
  void isRestartedOnTheSamePort() throws SQLException {
    CreatedDatabase.copyTo(directory);
    try (EmbeddedPostgres server = start()) {
      long pid = server.pid();
      server.restart();
      assertThat(server.pid()).isNotEqualTo(pid);
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void comesBackWithAllThatWasCommittedWhenItIsKilled() throws Exception {
    CreatedDatabase.copyTo(directory);
    try (EmbeddedPostgres server = start()) {
      Sql.execute(server.address(), "CREATE TABLE kept AS SELECT 42 AS answer");
      long pid = server.pid();
      assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      assertThat(eventually(server.address(), "SELECT answer FROM kept")).isEqualTo("42");
      assertThat(server.pid()).isNotEqualTo(pid);
    }
  }

  @Test
  void showsTheEndOfTheLogWhenItCannotStart() {
    EmbeddedPostgresOptions options =
        EmbeddedPostgresOptions.in(directory).withSetting("work_mem", "much");
    assertThatThrownBy(() -> EmbeddedPostgres.start(options))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("invalid value for parameter \"work_mem\": \"much\"");
    assertNothingRuns();
    start().close();
  }

  @Test
  void saysWhenThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EmbeddedPostgresOptions options =
          EmbeddedPostgresOptions.in(directory).withPort(taken.getLocalPort());
      assertThatThrownBy(() -> EmbeddedPostgres.start(options))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining(
              "Port " + taken.getLocalPort() + " of 127.0.0.1 is in use by another program");
    }
    assertNothingRuns();
  }

  @Test
  void refusesASecondOwnerInThisProcess() {
    CreatedDatabase.copyTo(directory);
    try (EmbeddedPostgres first = start()) {
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(this::start)
          .satisfies(refusal -> assertThat(refusal.pid()).hasValue(ProcessHandle.current().pid()));
      assertThat(first.pid()).isPositive();
    }
  }

  @Test
  void refusesASecondOwnerInAnotherProcess() throws Exception {
    try (OwnerProcess first = OwnerProcess.start(directory, 0)) {
      assertThat(first.serverPid()).isPositive();
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(this::start)
          .withMessageContaining("process " + first.pid() + " since ")
          .satisfies(refusal -> {
            assertThat(refusal.pid()).hasValue(first.pid());
            assertThat(refusal.since().orElseThrow()).isBeforeOrEqualTo(Instant.now());
          });
      try (OwnerProcess second = OwnerProcess.start(directory, 0)) {
        assertThat(second.failure()).contains("in use by process " + first.pid());
      }
    }
    assertNothingRuns();
    start().close();
  }

  @Test
  void takesOverWhatAKilledOwnerLeftRunning() throws Exception {
    CreatedDatabase.copyTo(directory);
    OwnerProcess killed = OwnerProcess.start(directory, 0);
    long server = killed.serverPid();
    killed.kill();
    assertThat(ProcessHandle.of(server)).isPresent();
    try (EmbeddedPostgres adopted = start()) {
      assertThat(adopted.pid()).isEqualTo(server);
      assertThat(Sql.query(adopted.address(), "SELECT 1")).isEqualTo("1");
      // What is not our child is watched all the same.
      ProcessHandle.of(server).orElseThrow().destroyForcibly();
      assertThat(eventually(adopted.address(), "SELECT 1")).isEqualTo("1");
    }
    assertNothingRuns();
  }

  @Test
  void replacesWhatAKilledOwnerLeftRunningOtherwiseThanWanted() throws Exception {
    CreatedDatabase.copyTo(directory);
    OwnerProcess killed = OwnerProcess.start(directory, 0);
    long server = killed.serverPid();
    killed.kill();
    EmbeddedPostgresOptions options =
        EmbeddedPostgresOptions.in(directory).withSetting("work_mem", "7MB");
    try (EmbeddedPostgres fresh = EmbeddedPostgres.start(options)) {
      assertThat(fresh.pid()).isNotEqualTo(server);
      assertThat(ProcessHandle.of(server)).isEmpty();
      assertThat(Sql.query(fresh.address(), "SHOW work_mem")).isEqualTo("7MB");
    }
  }

  @Test
  void replacesWhatAKilledOwnerLeftRunningWithAnotherPassword() throws Exception {
    CreatedDatabase.copyTo(directory);
    OwnerProcess killed = OwnerProcess.start(directory, 0);
    long server = killed.serverPid();
    killed.kill();
    Files.writeString(directory.resolve("password"), "another");
    assertThatThrownBy(this::start)
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("password authentication failed");
    assertThat(ProcessHandle.of(server)).isEmpty();
    assertNothingRuns();
  }

  @Test
  void startsWhenThePidFileNamesAnotherProgram() throws Exception {
    CreatedDatabase.copyTo(directory);
    Files.writeString(
        directory.resolve("data/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + directory.resolve("data") + "\n1\n5432\n\n\n\n");
    try (EmbeddedPostgres server = start()) {
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void startsWhenThePidFileIsGarbage() throws Exception {
    CreatedDatabase.copyTo(directory);
    Files.writeString(directory.resolve("data/postmaster.pid"), "999999999\nx\n");
    try (EmbeddedPostgres server = start()) {
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void beginsAgainWhenCreatingTheDatabaseWasInterrupted() throws Exception {
    Files.createDirectories(directory.resolve("data.partial-1/base"));
    try (EmbeddedPostgres server = start()) {
      assertThat(Sql.query(server.address(), "SELECT 1")).isEqualTo("1");
    }
    assertThat(directory.resolve("data.partial-1")).doesNotExist();
  }

  @Test
  void saysWhenThePasswordFileIsGone() throws IOException {
    CreatedDatabase.copyTo(directory);
    Files.delete(directory.resolve("password"));
    assertThatThrownBy(this::start).hasMessageContaining("is missing: put it back");
  }

  @Test
  void saysWhenTheDataIsOfAnotherVersion() throws IOException {
    CreatedDatabase.copyTo(directory);
    Files.writeString(directory.resolve("data/PG_VERSION"), "17\n");
    assertThatThrownBy(this::start).hasMessageContaining("made by PostgreSQL 17");
  }

  @Test
  void isDeletedWithWhatAKilledOwnerLeftRunning() throws Exception {
    Path own = directory.resolve("own");
    CreatedDatabase.copyTo(own);
    OwnerProcess killed = OwnerProcess.start(own, 0);
    long server = killed.serverPid();
    killed.kill();
    EmbeddedPostgres.delete(own);
    assertThat(own).doesNotExist();
    assertThat(ProcessHandle.of(server)).isEmpty();
    EmbeddedPostgres.delete(own);
  }

  @Test
  void isNotDeletedUnderItsOwner() {
    CreatedDatabase.copyTo(directory);
    try (EmbeddedPostgres server = start()) {
      assertThatThrownBy(() -> EmbeddedPostgres.delete(directory))
          .isInstanceOf(DirectoryInUseException.class);
      assertThat(server.pid()).isPositive();
    }
  }

  @Test
  void closesOnceAndForGood() {
    CreatedDatabase.copyTo(directory);
    EmbeddedPostgres server = start();
    server.close();
    server.close();
    assertThatIllegalStateException().isThrownBy(server::restart);
    assertNothingRuns();
  }

  private EmbeddedPostgres start() {
    return EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory));
  }

  private void assertNothingRuns() {
    assertThat(Postmaster.processesOf(directory.resolve("data"))).isEmpty();
  }

  /** Asks until the server answers again. */
  private static String eventually(DatabaseAddress address, String query) throws SQLException {
    long giveUp = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try {
        return Sql.query(address, query);
      } catch (SQLException e) {
        if (System.nanoTime() - giveUp > 0) {
          throw e;
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }
}
