package dev.ekiden.fleet.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.docker.DockerEngine;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that mean no good, as jobs on a real Docker Engine: each ends with its reason, and the
 * server goes on. Without an engine it is skipped.
 */
class HostileContainersTest {
  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(source -> Fleets.migrate(Database.of(source)), "fleet");

  private static final int MUCH_OUTPUT = 50_000_000;

  @TempDir Path directory;

  /**
   * A program.
   *
   * @param type of the error that its job must have
   * @param reason what the error must say
   */
  private record Hostile(String name, String script, String more, String type, String reason) {
    String yaml() {
      return "kind: job\nname: %s\nqueue: hostile\nimage: %s\ncommand: [sh, -c, '%s']\n%s\n"
          .formatted(name, DockerEngine.IMAGE, script.replace("'", "''"), more);
    }
  }

  /** Held in by the same limit as the bomb, which is let loose only when this one was. */
  private static final Hostile PROOF =
      new Hostile(
          "many",
          "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; wait",
          "pids: 6\ntimeout: 10s",
          "exit-code",
          "fork");

  private static final List<Hostile> PROGRAMS =
      List.of(
          new Hostile(
              "bomb",
              "bomb() { bomb | bomb & }; bomb & exec sleep 300",
              "pids: 20\nmemory-mib: 64\ntimeout: 1s\ngrace: 0s",
              "timeout",
              "timeout of 1s"),
          new Hostile("fills-the-root", "echo x > /file", "", "exit-code", "Read-only file system"),
          new Hostile(
              "fills-what-is-temporary",
              "head -c 200000000 /dev/zero > /tmp/much",
              "",
              "exit-code",
              "No space left on device"),
          new Hostile(
              "fills-the-volume",
              "exec head -c 200000000 /dev/zero > \"$EKIDEN_RESULT\"",
              "",
              "signal",
              "signal 25"),
          new Hostile(
              "wants-memory",
              "x=$(head -c 300000000 /dev/zero | tr \"\\0\" a)",
              "memory-mib: 40",
              "out-of-memory",
              "more memory than the 40 MiB"),
          new Hostile(
              "ignores-the-signal",
              "trap \"\" TERM; while :; do sleep 0.05; done",
              "timeout: 300ms\ngrace: 1s",
              "timeout",
              "timeout of 300ms"),
          new Hostile("never-ends", "sleep 600", "timeout: 300ms", "timeout", "timeout of 300ms"));

  @BeforeAll
  static void needsAnEngine() {
    assumeTrue(
        DockerEngine.get().isPresent(),
        "skipped: no Docker Engine answers at $EKIDEN_DOCKER_HOST or /var/run/docker.sock");
  }

  @Test
  void eachEndsWithItsReasonAndTheServerGoesOn() throws Exception {
    try (CommandServer server = CommandServer.start(jobs, "server", directory.resolve("tasks"))) {
      server.apply(
          "kind: job\nname: much\nimage: %s\ncommand: [sh, -c, 'head -c %d /dev/zero | tr \"\\0\" a; echo last']\n"
              .formatted(DockerEngine.IMAGE, MUCH_OUTPUT));
      long much = server.submit("much", Map.of());
      server.apply(PROOF.yaml());
      assertEnds(server, server.submit(PROOF.name(), Map.of()), PROOF);
      PROGRAMS.forEach(program -> server.apply(program.yaml()));
      List<Long> ids =
          PROGRAMS.stream().map(program -> server.submit(program.name(), Map.of())).toList();
      for (int i = 0; i < ids.size(); i++) {
        assertEnds(server, ids.get(i), PROGRAMS.get(i));
      }
      assertThat(server.await(much).state()).isEqualTo(JobState.SUCCEEDED);
      List<String> log = server.log(much);
      assertThat(log.getLast()).endsWith("last");
      assertThat(log.stream().mapToLong(String::length).sum()).isLessThan(Engine.MAX_LOG_BYTES);
      assertThat(server.launchers.open(CommandDefinition.DOCKER).launcher().list())
          .as("nothing is left running")
          .allMatch(TaskStatus::hasEnded);
    }
  }

  private static void assertEnds(CommandServer server, long id, Hostile program) {
    Job job = server.await(id);
    assertThat(job.state()).as(program.name() + ": " + job.error()).isEqualTo(JobState.FAILED);
    assertThat(job.errorType()).as(program.name() + ": " + job.error()).isEqualTo(program.type());
    assertThat(job.error()).as(program.name()).contains(program.reason());
  }
}
