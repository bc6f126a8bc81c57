package dev.ekiden.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.fleet.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in scenarios and histories are told with file, line and what is allowed. */
final class ScenarioReaderTest {
  private static final String GOOD =
      """
      title: one
      length: 1h
      jobs:
        - arrivals: {poisson: 1/s}
          run-time: {fixed: 1s}
      classes:
        here: {}
      fleets:
        - name: fleet
          fixed: 2
      """;

  private record Mistake(String was, String is, String message) {}

  @TestFactory
  Stream<DynamicTest> aMistakeNamesItsLineAndWhatIsAllowed() {
    return Stream.of(
            new Mistake(
                "title: one", "titel: one", "s.yaml:1: title is missing; it must be a text"),
            new Mistake(
                "length: 1h",
                "length: soon",
                "s.yaml:2: length must be a time such as 250ms, 30s, 5m, 1h30m or 2d, not 'soon'"),
            new Mistake(
                "length: 1h",
                "length: 401d",
                "s.yaml:1: length must be from 1ms to 400d, not 401d"),
            new Mistake(
                "poisson: 1/s",
                "poisson: 1",
                "s.yaml:4: jobs[0].arrivals.poisson must be a rate such as 5/s, 300/m, 40/h or 100/d, not '1'"),
            new Mistake(
                "poisson: 1/s",
                "poisson: 3000/s",
                "s.yaml:1: about 10,800,000 jobs would arrive in 1h; at most 10,000,000 can be simulated"),
            new Mistake(
                "poisson: 1/s",
                "often: 1/s",
                "s.yaml:4: jobs[0].arrivals: must have one of poisson, daily, bursts"),
            new Mistake(
                "{fixed: 1s}",
                "{fixed: 1s, exponential: 2s}",
                "s.yaml:5: jobs[0].run-time.exponential cannot stand beside fixed"),
            new Mistake(
                "{fixed: 1s}",
                "{fixed: 1s, variation: 2}",
                "s.yaml:5: there is no field jobs[0].run-time.variation; there are fixed, exponential, uniform, lognormal"),
            new Mistake(
                "here: {}",
                "here: {price: gold}",
                "s.yaml:7: classes.here: there is no price 'gold'; known are free, "),
            new Mistake(
                "here: {}",
                "Here: {}",
                "s.yaml:7: classes: class must be lower-case letters, digits and dashes, beginning with a letter, at most 40 of them, not 'Here'"),
            new Mistake(
                "fixed: 2",
                "fixed: 10001",
                "s.yaml:10: fleets[0].fixed must be a whole number from 0 to 10,000, not '10001'"),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n    min: 3\n    max: 2",
                "s.yaml:9: fleets[0]: min must be at most max, which is 2, not 3"),
            new Mistake(
                "fixed: 2",
                "steps: {0: 1, 100: x}",
                "s.yaml:10: fleets[0].steps.100 must be a whole number from 0 to 10,000, not 'x'"),
            new Mistake(
                "fixed: 2",
                "steps: {10: 1}",
                "s.yaml:10: fleets[0].steps: the first step must be from 0, not from 10"),
            new Mistake(
                "fixed: 2",
                "goal: quick",
                "s.yaml:10: fleets[0].goal must be like '95% start within 5s', not 'quick'"),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n    mix: {there: 1}",
                "s.yaml:11: fleets[0].mix.there is no class of this scenario; they are [here]"),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n    mix: {here: many}",
                "s.yaml:11: fleets[0].mix.here must be a weight such as 5, or base and weight such as 1+5, not 'many'"),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n    stand-in: maybe",
                "s.yaml:11: fleets[0].stand-in must be next or none, not 'maybe'"),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n    size: 1",
                "s.yaml:11: there is no field fleets[0].size; there are "),
            new Mistake(
                "fixed: 2",
                "fixed: 2\n  - name: fleet\n    fixed: 3",
                "s.yaml:11: fleets[0].name is that of another fleet: 'fleet'"),
            new Mistake("length: 1h", "title: two", "s.yaml:2: title is said twice"),
            new Mistake("title: one", "title: [", "s.yaml:"),
            new Mistake(
                "jobs:\n",
                "history: none.csv\njobs:\n",
                "s.yaml:3: history and jobs cannot both be there"))
        .map(mistake ->
            DynamicTest.dynamicTest(
                mistake.is(),
                () ->
                    assertThatThrownBy(() ->
                            ScenarioReader.parse(
                                "s.yaml", GOOD.replace(mistake.was(), mistake.is())))
                        .isInstanceOf(YamlException.class)
                        .hasMessageStartingWith(
                            mistake.message().replace("fleets[0].name is", "fleets[1].name is"))));
  }

  @Test
  void aHistoryIsReadFromCsvAndFromJsonLines(@TempDir Path directory) throws IOException {
    Path csv = directory.resolve("history.csv");
    Files.writeString(
        csv,
        """
        arrival,run-seconds,priority,definition
        2026-11-21T12:00:10Z,2.5,9,refresh
        2026-11-21T12:00:00Z,1.5,3,sync
        """);
    Path lines = directory.resolve("history.jsonl");
    Files.writeString(
        lines,
        """
        {"arrival": 110, "run-seconds": 2.5, "priority": 9, "definition": "refresh"}

        {"arrival": 100, "run-seconds": 1.5, "priority": 3, "definition": "sync"}
        """);
    assertThat(History.read(csv)).isEqualTo(History.read(lines));
    Path scenario = directory.resolve("s.yaml");
    Files.writeString(
        scenario, GOOD.replaceFirst("(?s)length.*?classes", "history: history.csv\nclasses"));
    Outcome outcome = Simulator.run(ScenarioReader.read(scenario)).outcomes().getFirst();
    assertThat(outcome.succeeded()).isEqualTo(2);
    assertThat(outcome.endSeconds()).isEqualTo(12.5);
    Outcome replayed =
        Simulator.run(ScenarioReader.parse("s.yaml", GOOD).with(History.read(lines)))
            .outcomes()
            .getFirst();
    assertThat(replayed.endSeconds()).isEqualTo(12.5);
    assertThat(replayed.kinds())
        .extracting(Outcome.KindWait::name)
        .containsExactly("sync at 3", "refresh at 9");
  }

  @TestFactory
  Stream<DynamicTest> aMistakeInAHistoryNamesItsLine(@TempDir Path directory) {
    return Stream.of(
            new String[] {
              "h.csv",
              "arrival,run-seconds\n1,2\n1,-2\n",
              "h.csv:3: run-seconds must be a number from 0 to 1,000,000, not '-2'"
            },
            new String[] {
              "h.csv",
              "arrival\n1\n",
              "h.csv:2: run-seconds is missing; it must be a number from 0 to 1,000,000"
            },
            new String[] {
              "h.csv",
              "arrival,run-seconds,priority\n1,2,10\n",
              "h.csv:2: priority must be a number from 0 to 9, not '10'"
            },
            new String[] {
              "h.csv",
              "arrival,run-seconds\nyesterday,2\n",
              "h.csv:2: arrival must be a number from -1,000,000,000,000,000 to 1,000,000,000,000,000, not 'yesterday'"
            },
            new String[] {"h.csv", "arrival,run-seconds\n", "h.csv:1: has no jobs"},
            new String[] {
              "h.csv", "arrival,run-seconds\n0,1\n1e9,1\n", "h.csv:1: spans more than 400 days"
            },
            new String[] {
              "h.jsonl",
              "{\"arrival\": 1, \"run-seconds\": 1}\n[]\n",
              "h.jsonl:2: must be a JSON object"
            })
        .map(row ->
            DynamicTest.dynamicTest(
                row[2],
                () -> {
                  Path file = Files.createTempDirectory("history").resolve(row[0]);
                  Files.writeString(file, row[1]);
                  assertThatThrownBy(() -> History.read(file)).hasMessage(row[2]);
                }));
  }
}
