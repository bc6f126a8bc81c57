package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Who migrates, and who refuses to. */
final class MigrationTest {
  @RegisterExtension
  static final TestDatabase database = TestDatabase.withMigrations(empty -> {}, "empty");

  @RegisterExtension static final TestDatabase migrated = TestDatabase.create("engine");

  @TempDir Path directory;

  @Test
  void aWorkerWaitsForNobodyToMigrateButSaysSo() throws Exception {
    Map<String, String> environment =
        Map.of(
            "EKIDEN_DATABASE_URL", database.address().url(),
            "EKIDEN_DATABASE_USER", database.address().user(),
            "EKIDEN_DATABASE_PASSWORD", database.address().password());
    try (ChildProcess worker = ChildProcess.start(directory, environment, "worker")) {
      assertThat(worker.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(worker.err()).contains("run `ekiden up` or `ekiden migrate` first");
    }
    try (ChildProcess migrate = ChildProcess.start(directory, environment, "migrate")) {
      assertThat(migrate.awaitExit()).as(migrate.err()).isEqualTo(ExitCode.OK);
      assertThat(migrate.err())
          .contains("has the tables of this build")
          .doesNotContain(database.address().password());
    }
    try (ChildProcess worker = ChildProcess.start(directory, environment, "worker")) {
      worker.awaitText("Running jobs of");
      worker.terminate();
      assertThat(worker.awaitExit()).isEqualTo(ExitCode.OK);
    }
    try (ChildProcess wrong =
        ChildProcess.start(
            directory,
            Map.of(
                "EKIDEN_DATABASE_URL", database.address().url(),
                "EKIDEN_DATABASE_USER", database.address().user(),
                "EKIDEN_DATABASE_PASSWORD", "wrong-password"),
            "migrate")) {
      assertThat(wrong.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(wrong.err()).contains("refuses").doesNotContain("wrong-password");
    }
  }

  /** Each role, as it starts, whoever looks first. */
  @Test
  void noRoleRunsOnTablesThatItsBuildDoesNotKnow() throws Exception {
    Map<String, String> environment =
        Map.of(
            "EKIDEN_DATABASE_URL", migrated.address().url(),
            "EKIDEN_DATABASE_USER", migrated.address().user(),
            "EKIDEN_DATABASE_PASSWORD", migrated.address().password());
    version("999");
    assertThat(refusal(environment, "worker"))
        .isEqualTo(refusal(environment, "server", "--port", "0"))
        .contains("The tables of engine in schema ekiden have version 999")
        .contains("which a newer build made")
        .contains("use the newer build");
    version("1");
    assertThat(refusal(environment, "worker"))
        .contains("The tables of engine in schema ekiden have version 1, but this build works on")
        .contains("run `ekiden up` or `ekiden migrate` of this build first");
  }

  /** Makes the newest migration of the engine that was applied have another version. */
  private static void version(String version) {
    migrated
        .database()
        .useTransaction(handle ->
            handle.execute(
                """
                DELETE FROM ekiden.engine_migrations
                WHERE installed_rank < (SELECT max(installed_rank) FROM ekiden.engine_migrations);
                UPDATE ekiden.engine_migrations SET version = '%s'
                """
                    .formatted(version)));
  }

  /** What a process says at its end, without the log. */
  private String refusal(Map<String, String> environment, String... role) throws Exception {
    try (ChildProcess process = ChildProcess.start(directory, environment, role)) {
      assertThat(process.awaitExit()).as(process.err()).isEqualTo(ExitCode.FAILED);
      return process
          .err()
          .lines()
          .filter(line -> line.startsWith("ekiden: "))
          .findFirst()
          .orElse("");
    }
  }
}
