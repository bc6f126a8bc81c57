package dev.ekiden.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Each benchmark at its smallest, so that none is found broken on the day it is wanted. */
class BenchmarksRunTest {
  @TempDir private Path directory;

  @Test
  void theEngineIsDrainedAndEveryJobIsFound() throws IOException {
    List<JsonNode> figures =
        run(
            "engine",
            "--only",
            "drain,wal,retry",
            "--jobs",
            "200",
            "--warm-up",
            "0",
            "--rounds",
            "1");
    assertThat(names(figures)).contains("drain of 200 trivial jobs", "commits of 100 jobs");
    JsonNode lost = named(figures, "drained jobs not found by their id");
    assertThat(lost.path("value").asDouble(-1)).isZero();
    assertThat(lost.path("met").asBoolean(false)).isTrue();
    JsonNode beside = named(figures, "the same beside the bare SQL");
    assertThat(beside.path("ratio").asDouble(0))
        .isCloseTo(
            beside.path("value").asDouble(0) / beside.path("peer").asDouble(0),
            org.assertj.core.api.Assertions.within(1e-9));
  }

  @Test
  void jobsAreSubmittedAndSmallWorkersStandBesideALargeOne() throws IOException {
    List<JsonNode> figures =
        run(
            "engine",
            "--only",
            "submit,workers",
            "--jobs",
            "400",
            "--warm-up",
            "0",
            "--rounds",
            "1");
    assertThat(named(figures, "accepted jobs that do not wait").path("value").asDouble(-1))
        .isZero();
    assertThat(named(figures, "one submission, p50").path("value").asDouble(-1)).isPositive();
    assertThat(
            named(figures, "4 workers with a place each, beside one with 4")
                .path("ratio")
                .asDouble(0))
        .isPositive();
  }

  @Test
  void theTableFormsAreDrained() {
    assertThat(
            execute(
                "forms", "--jobs", "200", "--rounds", "1", "--batch", "50", "--connections", "1"))
        .isZero();
  }

  @Test
  void thePartsCanBeNamed() {
    assertThat(execute("engine", "--only", "nonsense")).isEqualTo(2);
  }

  private List<JsonNode> run(String... arguments) throws IOException {
    Path json = directory.resolve("figures.json");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", json.toString()));
    assertThat(execute(all.toArray(String[]::new))).isZero();
    List<JsonNode> figures = new ArrayList<>();
    Json.MAPPER.readTree(Files.readString(json)).forEach(figures::add);
    return figures;
  }

  private static int execute(String... arguments) {
    return Main.commandLine().execute(arguments);
  }

  private static List<String> names(List<JsonNode> figures) {
    return figures.stream().map(figure -> figure.path("name").asString("")).toList();
  }

  private static JsonNode named(List<JsonNode> figures, String name) {
    return figures.stream()
        .filter(figure -> figure.path("name").asString("").equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + names(figures)));
  }
}
