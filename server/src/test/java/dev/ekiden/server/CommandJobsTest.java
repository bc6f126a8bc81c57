package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.cli.Terminal;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Programs as jobs, by the command line of a server that is a process of its own. */
final class CommandJobsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir Path directory;

  private Map<String, String> environment() {
    return Map.of(
        "EKIDEN_DATABASE_URL", database.address().url(),
        "EKIDEN_DATABASE_USER", database.address().user(),
        "EKIDEN_DATABASE_PASSWORD", database.address().password(),
        "SHOP_PASSWORD", "open sesame");
  }

  private ChildProcess server() throws IOException {
    // Programs are run also where the jobs of applications are left to others.
    return ChildProcess.start(
            directory, environment(), "server", "--port", "0", "--inline-workers", "false")
        .awaitText("is up.");
  }

  private record Ran(int code, String out, String err) {
    Ran ok() {
      assertThat(code).as(out + err).isZero();
      return this;
    }
  }

  /** In this process, which is quicker. */
  private Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false);
    int code =
        Ekiden.run(
            args,
            List.of(new SampleApplication()),
            terminal,
            Map.of("EKIDEN_DIRECTORY", directory.resolve(".ekiden").toString()));
    return new Ran(code, out.toString(), err.toString());
  }

  private Ran runAlone(String... args) throws Exception {
    try (ChildProcess process =
        ChildProcess.start(directory, Map.of("SHOP_PASSWORD", "open sesame"), args)) {
      int code = process.awaitExit();
      return new Ran(code, process.out(), process.err());
    }
  }

  private Ran json(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("-o", "json"));
    return run(all.toArray(String[]::new));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void appliedSubmittedKilledAndAdopted() throws Exception {
    String waits =
        write(
                "waits.yaml",
                """
                kind: job
                name: waits
                command: [/bin/sh, -c, 'echo "secret of $${#SHOP_KEY} letters, $1"; echo oops >&2; echo began > began;
                  while [ ! -e go ]; do sleep 0.05; done; printf "{\\"word\\":\\"$1\\"}" > "$EKIDEN_RESULT"', sh, "${word}"]
                parameters:
                  word: {allowed: [red, blue]}
                secrets:
                  SHOP_KEY: {variable: SHOP_PASSWORD}
                working-directory: %s
                """
                    .formatted(directory))
            .toString();
    String id;
    try (ChildProcess first = server()) {
      assertThat(run("apply", "-f", waits).ok().out()).isEqualTo("job waits created, revision 1\n");
      assertThat(run("apply", "-f", waits).ok().out())
          .isEqualTo("job waits unchanged, revision 1\n");
      Ran refused = run("jobs", "submit", "waits", "--parameter", "word=green");
      assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err()).contains("word must be one of red, blue, not 'green'");
      id =
          Json.MAPPER
              .readTree(json("jobs", "submit", "waits", "--parameter", "word=blue").ok().out())
              .path("id")
              .asString();
      TestEngine.awaitUntil("the program runs", () -> Files.exists(directory.resolve("began")));
      new ProcessBuilder("kill", "-KILL", Long.toString(first.pid())).start().waitFor();
      first.awaitExit();
    }
    try (ChildProcess second = server()) {
      Files.writeString(directory.resolve("go"), "");
      Ran ended = json("jobs", "wait", id, "--timeout", "60s").ok();
      JsonNode job = Json.MAPPER.readTree(ended.out());
      assertThat(job.path("result").path("word").asString()).isEqualTo("blue");
      assertThat(job.path("failures").asInt()).isZero();
      assertThat(job.path("losses").asInt()).isZero();
      assertThat(job.path("attempts")).hasSizeGreaterThan(1);
      String log = run("jobs", "logs", id).ok().out();
      assertThat(log)
          .contains("goes on with task")
          .contains("secret of 11 letters, blue")
          .contains("[stderr] oops")
          .doesNotContain("open sesame");
      JsonNode tasks = Json.MAPPER.readTree(run("jobs", "get", id, "-o", "json").ok().out());
      assertThat(tasks.path("state").asString()).isEqualTo("SUCCEEDED");
      assertThat(run("jobs", "get", id).ok().out()).contains("exit code 0");
      write("waits.yaml", Files.readString(directory.resolve("waits.yaml")) + "timeout: 5m\n");
      assertThat(run("apply", "-f", directory.toString(), "--dry-run").ok().out())
          .isEqualTo("job waits changed, revision 2 (dry run)\n  timeout: none → 5m\n");
      run("apply", "-f", directory.toString()).ok();
      assertThat(run("definitions", "history", "waits").ok().out().lines()).hasSize(3);
      assertThat(run("definitions", "show", "waits", "--revision", "1").ok().out())
          .doesNotContain("timeout");
      assertThat(run("definitions", "show", "waits").ok().out()).contains("timeout: 5m");
      second.terminate();
      assertThat(second.awaitExit()).isZero();
    }
    assertThat(dump()).as("no secret in the database").doesNotContain("open sesame");
  }

  /** All that the tables hold. */
  private static String dump() {
    return database
        .database()
        .withHandle(handle -> {
          StringBuilder all = new StringBuilder();
          for (String table :
              handle
                  .createQuery("SELECT tablename FROM pg_tables WHERE schemaname = 'ekiden'")
                  .mapTo(String.class)
                  .list()) {
            handle
                .createQuery("SELECT CAST(t.* AS text) FROM ekiden.\"" + table + "\" AS t")
                .mapTo(String.class)
                .forEach(all::append);
          }
          return all.toString();
        });
  }

  @Test
  void runsADefinitionOnTheSpotWithoutAServer() throws Exception {
    String two =
        write(
                "two.yaml",
                """
                kind: job
                name: upper
                command: [/usr/bin/tr, a-z, "${letters}"]
                parameters:
                  letters: {default: A-Z}
                ---
                kind: job
                name: ends
                command: [/bin/sh, -c, 'printf "out\\n"; printf "err\\n" >&2; exit "$0"', "${code}"]
                parameters:
                  code: {type: integer}
                secrets:
                  SHOP_KEY: {variable: SHOP_PASSWORD}
                """)
            .toString();
    Ran ended =
        runAlone("definitions", "run", "ends", "-f", two, "--local", "--parameter", "code=7");
    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.out()).isEqualTo("out\n");
    assertThat(ended.err()).contains("err\n");
    Ran planned =
        run("definitions", "run", "ends", "-f", two, "--dry-run", "--parameter", "code=1");
    assertThat(planned.ok().out())
        .contains("/bin/sh")
        .contains("SHOP_KEY=********")
        .doesNotContain("open sesame");
    assertThat(run("definitions", "run", "-f", two, "--local").err())
        .contains("has 2 definitions: name one of upper, ends");
    Ran mistake = run("definitions", "run", "ends", "-f", two, "--local");
    assertThat(mistake.code()).isEqualTo(ExitCode.USAGE);
    assertThat(mistake.err()).contains("'ends' needs the parameter 'code'");
  }

  @Test
  void interruptedOnTheSpotItStopsTheProgramWithItsGrace() throws Exception {
    write(
        "trap.yaml",
        """
        kind: job
        name: trap
        command: [/bin/sh, -c, 'trap "echo bye > ended; exit 0" TERM; echo ready;
          while :; do sleep 0.05; done']
        working-directory: %s
        """
            .formatted(directory));
    try (ChildProcess process =
        ChildProcess.start(
            directory, Map.of(), "definitions", "run", "-f", "trap.yaml", "--local")) {
      process.awaitText("ready");
      process.terminate();
      process.awaitExit();
      assertThat(Files.readAllBytes(directory.resolve("ended")))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("bye\n");
    }
  }
}
