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
}
