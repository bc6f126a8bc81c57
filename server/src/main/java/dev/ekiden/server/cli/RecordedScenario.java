package dev.ekiden.server.cli;

import dev.ekiden.fleet.simulate.History;
import dev.ekiden.fleet.simulate.Scenario;
import dev.ekiden.fleet.simulate.ScenarioReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * What a server has recorded, as a scenario.
 *
 * @param text YAML without the jobs
 */
record RecordedScenario(String text, History history) {
  private static final double NANOS = 1e9;

  /** Reads the answer of {@code /api/v1/scenario}. */
  static RecordedScenario of(JsonNode answer) {
    List<History.Entry> entries = new ArrayList<>();
    for (JsonNode item : answer.path("items")) {
      entries.add(
          new History.Entry(
              Duration.ofNanos(Math.round(item.path("at").asDouble() * NANOS)),
              item.path("runSeconds").asDouble(),
              item.path("priority").asInt(),
              item.path("definition").asString("")));
    }
    return new RecordedScenario(answer.path("scenario").asString(""), new History(entries));
  }

  /** The scenario with its jobs. */
  Scenario scenario() throws IOException {
    // A scenario cannot be read without jobs; these make place for those that were recorded.
    String jobs = "length: 1s\njobs: [{arrivals: {poisson: 0/s}, run-time: {fixed: 0s}}]\n";
    return ScenarioReader.parse("recorded", text + jobs).with(history);
  }

  /** Writes the scenario, and the jobs beside it; answers the files. */
  List<Path> save(Path file) throws IOException {
    String name = file.getFileName().toString();
    String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    Path jobs = file.resolveSibling(stem + ".csv");
    StringBuilder csv = new StringBuilder("arrival,run-seconds,priority,definition\n");
    for (History.Entry entry : history.entries()) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%.6f,%.6f,%d,%s%n",
              entry.at().toNanos() / NANOS,
              entry.runSeconds(),
              entry.priority(),
              entry.definition()));
    }
    Files.writeString(jobs, csv);
    Files.writeString(file, text + "history: " + jobs.getFileName() + "\n");
    return List.of(file, jobs);
  }
}
