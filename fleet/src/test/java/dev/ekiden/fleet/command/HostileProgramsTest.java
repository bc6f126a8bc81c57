package dev.ekiden.fleet.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that mean no good, all at once on one server: each ends with its reason, and the server
 * goes on. Fork bombs and full disks are tested where a launcher keeps them in: in {@code launch},
 * on a Docker Engine.
 */
class HostileProgramsTest {
  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(source -> Fleets.migrate(Database.of(source)), "fleet");

  @TempDir Path directory;

  private record Hostile(String script, String more, String type, String reason) {}

  private static final Map<String, Hostile> PROGRAMS = new LinkedHashMap<>();

  static {
    put("never-ends", "sleep 600", "timeout: 300ms\ngrace: 100ms", "timeout", "timeout of 300ms");
    put(
        "ignores-the-signal",
        "trap '' TERM; while :; do sleep 0.05; done",
        "timeout: 300ms\ngrace: 100ms",
        "timeout",
        "timeout of 300ms");
    put(
        "says-it-is-fine-too-late",
        "trap 'exit 0' TERM; while :; do sleep 0.05; done",
        "timeout: 300ms\ngrace: 5s",
        "timeout",
        "timeout of 300ms");
    put("dies-by-a-signal", "kill -SEGV $$", "", "signal", "signal 11 (SEGV)");
    put("says-why", "echo no such thing >&2; exit 3", "", "exit-code", "exit code 3; it said: no");
    put(
        "wants-memory",
        "x=$(tail -c 300m /dev/zero | tr '\\0' a)",
        "memory-mib: 40",
        "out-of-memory",
        "more memory than the 40 MiB");
    put(
        "leaves-too-much",
        "head -c 101 /dev/zero > \"$EKIDEN_RESULT\"",
        "result: {limit-bytes: 100}",
        "result",
        "has 101 bytes; the definition allows 100");
    put(
        "leaves-far-too-much",
        "head -c 2000000 /dev/zero > \"$EKIDEN_RESULT\"",
        "",
        "result",
        "more than 1048576 bytes");
    put(
        "leaves-no-json",
        "echo '{' > \"$EKIDEN_RESULT\"",
        "result: {format: json}",
        "result",
        "is not JSON");
    put("leaves-a-link", "ln -s /etc/passwd \"$EKIDEN_RESULT\"", "", "result", "is not a file");
  }

  private static void put(String name, String script, String more, String type, String reason) {
    PROGRAMS.put(name, new Hostile(script, more, type, reason));
  }

  private static String yaml(String name, Hostile program) {
    return "kind: job\nname: %s\nqueue: hostile\ncommand: [/bin/sh, -c, \"%s\"]\n%s\n"
        .formatted(
            name, program.script().replace("\\", "\\\\").replace("\"", "\\\""), program.more());
  }

  @Test
  void eachEndsWithItsReasonAndTheServerGoesOn() {
    try (CommandServer server = CommandServer.start(jobs, "server", directory.resolve("tasks"))) {
      List<CommandDefinitions.Source> sources = new ArrayList<>();
      PROGRAMS.forEach(
          (name, program) -> sources.add(new CommandDefinitions.Source(name, yaml(name, program))));
      server.definitions.apply(sources, false);
      server.apply("kind: job\nname: missing\nqueue: hostile\ncommand: [/no/such/program]\n");
      Map<String, Long> ids = new LinkedHashMap<>();
      PROGRAMS.keySet().forEach(name -> ids.put(name, server.submit(name, Map.of())));
      long missing = server.submit("missing", Map.of());
      PROGRAMS.forEach((name, program) -> {
        Job job = server.await(java.util.Objects.requireNonNull(ids.get(name)));
        assertThat(job.state()).as(name + ": " + job.error()).isEqualTo(JobState.FAILED);
        assertThat(job.errorType()).as(name + ": " + job.error()).isEqualTo(program.type());
        assertThat(job.error()).as(name).contains(program.reason());
      });
      assertThat(server.await(missing).errorType()).isEqualTo("could-not-start");
      server.apply("kind: job\nname: after\ncommand: [/bin/true]\n");
      assertThat(server.await(server.submit("after", Map.of())).state())
          .isEqualTo(JobState.SUCCEEDED);
    }
  }

  @Test
  void muchOutputIsCappedAndAnyOutputIsSafe() throws Exception {
    try (CommandServer server = CommandServer.start(jobs, "server", directory.resolve("tasks"))) {
      server.apply(
          "kind: job\nname: much\ncommand: [/bin/sh, -c, \"echo first; yes 0123456789abcdef | head -c"
              + " 100000000; echo last\"]\n");
      server.apply("kind: job\nname: binary\ncommand: [head, -c, 300000, /dev/urandom]\n");
      long much = server.submit("much", Map.of());
      long binary = server.submit("binary", Map.of());
      assertThat(server.await(binary).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(server.log(binary)).isNotEmpty().allMatch(line -> line.indexOf('\0') < 0);
      assertThat(server.await(much).state()).isEqualTo(JobState.SUCCEEDED);
      List<String> log = server.log(much);
      assertThat(log.get(1)).isEqualTo("first");
      assertThat(log.getLast()).endsWith("last");
      assertThat(log).anyMatch(line -> line.contains("dropped"));
      assertThat(log.stream().mapToLong(String::length).sum()).isLessThan(Engine.MAX_LOG_BYTES);
    }
  }

  @Test
  void resultsAndRulesOnBothSidesOfTheirLimits() throws Exception {
    try (CommandServer server = CommandServer.start(jobs, "server", directory.resolve("tasks"))) {
      Path file = Files.write(directory.resolve("bytes"), new byte[] {0, (byte) 0xFF});
      server.apply(
          "kind: job\nname: copies\ncommand: [/bin/sh, -c, 'cat \"$0\" > \"$EKIDEN_RESULT\"', '${file}']\n"
              + "parameters: {file: {}}\nresult: {limit-bytes: 2}\n");
      assertThat(server.await(server.submit("copies", Map.of("file", file.toString()))).result())
          .isEqualTo("{\"base64\":\"AP8=\"}");
      server.apply(
          """
          kind: job
          name: tries
          command: [/bin/sh, -c, 'echo x >> "$0"; [ $(wc -l < "$0") -gt 3 ]', "${file}"]
          parameters: {file: {}}
          retry:
            attempts: 1
            rules: [{on: exit-code, codes: [1], action: retry, after: 0s, counted: false}]
          """);
      long id = server.submit("tries", Map.of("file", directory.resolve("lines").toString()));
      Job job = server.await(id);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.attempt()).isEqualTo(4);
      assertThat(job.failures()).isZero();
      assertThat(server.tasks.ofJob(id)).as("a task for each attempt").hasSize(4);
      assertThat(server.tasks.ofJob(id).getLast().ending()).isEqualTo("exit code 0");
    }
  }
}
