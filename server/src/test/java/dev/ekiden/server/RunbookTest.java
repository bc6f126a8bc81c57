package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.server.SampleApplication.Greeting;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The runbook of the README, played on fifty failed jobs. */
final class RunbookTest {
  private static final int FAILED = 50;

  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;

  @Test
  void fiftyFailedJobsAreRecoveredByTheCommandsOfTheRunbook() throws Exception {
    List<String> commands = runbook();
    assertThat(commands).hasSizeGreaterThan(3);
    assertThat(commands.stream().filter(command -> command.contains("--yes")))
        .as("one command does it")
        .hasSize(1);
    try (RunningServer server = RunningServer.start(directory, database.address())) {
      List<Long> ids =
          server
              .engine()
              .enqueue(
                  IntStream.range(0, FAILED)
                      .mapToObj(i -> JobRequest.of("convert", new Greeting("report-" + i)))
                      .toList())
              .stream()
              .map(Enqueued::id)
              .toList();
      for (long id : ids) {
        assertThat(ended(server, id).state()).isEqualTo(JobState.FAILED);
      }
      server.application().mended = true;

      StringWriter out = new StringWriter();
      for (String command : commands) {
        out.getBuffer().setLength(0);
        String line = command.replace("ID", Long.toString(ids.getFirst()));
        assertThat(run(server, out, line.split(" +"))).as("%s: %s", line, out).isEqualTo(0);
        if (line.contains("--dry-run")) {
          assertThat(out.toString()).contains(Integer.toString(FAILED));
        }
        if (line.startsWith("jobs get")) {
          assertThat(out.toString()).contains("the template is broken");
        }
        if (line.contains("--yes")) {
          for (int i = 0; i < FAILED; i++) {
            Job job = ended(server, ids.get(i));
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.result()).isEqualTo("\"report-" + i + ".xlsx\"");
          }
        }
      }
      assertThat(out.toString()).as("none are left").doesNotContain("FAILED");
    }
  }

  private static Job ended(RunningServer server, long id) throws InterruptedException {
    return server.engine().jobs().await(id, TestEngine.PATIENCE);
  }

  /** The commands of the README's block, without what explains them. */
  private static List<String> runbook() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String section = readme.substring(readme.indexOf("## When jobs have failed"));
    String block = section.substring(section.indexOf("```\n") + 4);
    return block
        .substring(0, block.indexOf("```"))
        .lines()
        .map(line -> line.replaceFirst(" *#.*", "").strip())
        .filter(line -> line.startsWith("./ekiden "))
        .map(line -> line.substring("./ekiden ".length()))
        .toList();
  }

  private static int run(RunningServer server, StringWriter out, String... args) {
    PrintWriter writer = new PrintWriter(out, true);
    Terminal terminal =
        new Terminal(new BufferedReader(new StringReader("")), writer, writer, false);
    return Ekiden.run(
        args,
        List.of(new SampleApplication()),
        terminal,
        Map.of("EKIDEN_DIRECTORY", server.directory().toString()));
  }
}
