package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.cli.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code ekiden simulate}, which needs no server. */
final class SimulateTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  @Test
  void aStoryIsPlayedAndTold() throws IOException {
    Path json = directory.resolve("payroll.json");
    Path svg = directory.resolve("payroll.svg");
    assertThat(run("simulate", "payroll", "--json", json.toString(), "--svg", svg.toString()))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("FLEET", "WAIT P50", "pooled hosts", "TOLD", "yes", "assumed for")
        .doesNotContain("NO ");
    JsonNode report = Json.MAPPER.readTree(Files.readString(json));
    assertThat(report.path("fleets")).hasSize(4);
    assertThat(report.path("fleets").path(1).path("waits").path("p50").asDouble())
        .isBetween(60.0, 90.0);
    assertThat(report.path("fleets").path(1).path("cost").isNumber()).isTrue();
    assertThat(report.path("told").path(0).path("met").asBoolean()).isTrue();
    assertThat(Files.readString(svg)).startsWith("<svg ").contains("pooled hosts");
  }

  @Test
  void aFileOfOnesOwnBeginsFromAStory() throws IOException {
    assertThat(run("simulate", "--print", "audience")).isEqualTo(ExitCode.OK);
    Path mine = directory.resolve("mine.yaml");
    Files.writeString(mine, out.toString());
    Path history = directory.resolve("jobs.csv");
    Files.writeString(history, "arrival,run-seconds\n0,60\n10,60\n");
    out.getBuffer().setLength(0);
    assertThat(
            run(
                "simulate",
                mine.toString(),
                "--history",
                history.toString(),
                "--seed",
                "3",
                "--explain"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("a task each", "resident").doesNotContain("TOLD");
  }

  @Test
  void mistakesSayWhereAndWhatIsAllowed() throws IOException {
    assertThat(run("simulate", "nothing")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains(
            "there is no file and no story 'nothing'; stories are calendar, report, tracking, payroll, audience");
    Path mine = directory.resolve("mine.yaml");
    Files.writeString(mine, "title: x\nlength: soon\n");
    assertThat(run("simulate", mine.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("mine.yaml:");
    assertThat(run("simulate", "payroll", "--history", "none.csv")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("cannot read none.csv");
  }

  private int run(String... arguments) {
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false);
    return Ekiden.commandLine(List.of(), terminal, Map.of()).execute(arguments);
  }
}
