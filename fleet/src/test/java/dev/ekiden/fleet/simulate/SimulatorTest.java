package dev.ekiden.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ekiden.fleet.decide.Staffing;
import java.io.IOException;
import java.util.Arrays;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is simulated against what is known from theory, and what must hold whatever happens. */
final class SimulatorTest {
  private static final String PLAIN =
      """
      title: plain
      length: 1h
      jobs:
        - arrivals: {poisson: 1/s}
          run-time: {exponential: 1s}
      classes:
        here: {}
        spot: {price: fargate-tokyo-spot, start-up: {fargate-image-mib: 413}, reclaims-per-hour: 6, failed-starts: 0.2}
      fleets:
        - name: fleet
          fixed: 2
      """;

  /** M/M/c: the mean wait is C · S / (n − R). */
  @ParameterizedTest
  @CsvSource({"1, 0.7", "2, 0.8", "5, 0.8", "20, 0.9"})
  void simulatedWaitsAreThoseOfErlang(int servers, double utilisation) throws IOException {
    double load = servers * utilisation;
    Outcome outcome =
        run(
            PLAIN
                .replace("length: 1h", "length: 60000s")
                .replace("poisson: 1/s", "poisson: " + load + "/s")
                .replace("fixed: 2", "fixed: " + servers));
    Staffing staffing = new Staffing(load, 1, 1);
    double expected = staffing.waits(servers) / (servers - load);
    assertThat(outcome.waits().mean()).isCloseTo(expected, Percentage.withPercentage(12));
    assertThat(outcome.waits().p95())
        .isCloseTo(staffing.waitSeconds(servers, 0.05), Percentage.withPercentage(12));
  }

  @Test
  void theSameScenarioGivesTheSameReport() throws IOException {
    String text =
        PLAIN.replace("fixed: 2", "goal: 95% start within 5s\n    mix: {spot: 1, here: 0}");
    Outcome one = run(text);
    Outcome other = run(text);
    assertThat(one).usingRecursiveComparison().isEqualTo(other);
    Outcome differs = run("seed: 2\n" + text);
    assertThat(differs.waits()).isNotEqualTo(one.waits());
  }

  @Test
  void allFleetsRunTheSameJobs() throws IOException {
    Report report =
        report(
            PLAIN
                + """
                  - name: larger
                    fixed: 9
                  - name: batch
                    loop: {workers: 2, rest: 1m}
                  - name: tasks
                    task-per-job: {warm: 2}
                """);
    assertThat(report.outcomes()).extracting(Outcome::jobs).containsOnly(report.of("fleet").jobs());
    assertThat(report.of("larger").waits().mean())
        .isLessThan(report.of("fleet").waits().mean())
        .isLessThan(report.of("batch").waits().mean());
  }

  @Test
  void aWorkerMayBeTakenAwayOnItsWay() throws IOException {
    Outcome outcome =
        run(
            """
            title: on its way
            length: 10m
            jobs: [{arrivals: {bursts: {jobs: 1}}, run-time: {fixed: 0s}}]
            classes:
              spot: {price: fargate-tokyo-spot, start-up: {placing: 30s, program: 30s}, reclaims-per-hour: 120}
            fleets:
              - {name: fleet, steps: {0: 0, 1: 1}, begin: 0, max: 1, mix: {spot: 1}}
            """);
    assertThat(outcome.succeeded()).isEqualTo(1);
    assertThat(outcome.reclaimed()).isPositive();
    assertThat(outcome.failedStarts()).isZero();
    // Each start takes a minute, in which a life of half a minute rarely ends late enough.
    assertThat(outcome.waits().mean()).isGreaterThan(60);
  }

  @Test
  void lostSpotWorkersLoseNoJobAndFailNone() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace("exponential: 1s", "fixed: 60s")
                .replace("poisson: 1/s", "poisson: 10/m")
                .replace("fixed: 2", "fixed: 20\n    mix: {here: 1, spot: 5}"));
    assertThat(outcome.reclaimed()).isGreaterThan(30);
    assertThat(outcome.attemptsLost()).isPositive();
    assertThat(outcome.failedStarts()).isPositive();
    assertThat(outcome.failed() + outcome.unfinished()).isZero();
  }

  @Test
  void allSpotLostStillDrains() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace("reclaims-per-hour: 6", "reclaims-per-hour: 3600, notice: 0")
                .replace("exponential: 1s", "fixed: 10s")
                .replace("poisson: 1/s", "bursts: {jobs: 100}")
                .replace("fixed: 2", "fixed: 6\n    mix: {here: 1, spot: 5}"));
    assertThat(outcome.succeeded()).isEqualTo(100);
    assertThat(outcome.attemptsLost()).isPositive();
  }

  @Test
  void aClassThatNeverComesUpIsStoodInFor() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace("failed-starts: 0.2", "failed-starts: 1")
                .replace("fixed: 2", "fixed: 6\n    begin: 0\n    mix: {here: 1, spot: 5}"));
    assertThat(outcome.failedStarts()).isPositive();
    assertThat(outcome.classes().getFirst().started()).isEqualTo(6);
    assertThat(outcome.classes().getLast().started()).isZero();
    assertThat(outcome.notes())
        .anySatisfy(note -> assertThat(note.reason()).contains("here in place of spot"));
  }

  @Test
  void failuresAreRetriedUpToTheAttempts() throws IOException {
    Outcome outcome =
        run(
            PLAIN.replace(
                "run-time: {exponential: 1s}",
                "run-time: {fixed: 1s}\n    fails: 0.5\n    attempts: 3\n    retry-after: 1s"));
    assertThat(outcome.failed() / (double) outcome.jobs()).isCloseTo(0.125, within(0.03));
    assertThat(outcome.unfinished()).isZero();
  }

  @Test
  void aLimitHoldsHoweverManyWorkersThereAre() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace("length: 1h", "length: 1s\nlimit: 20")
                .replace("poisson: 1/s", "bursts: {jobs: 500}")
                .replace("exponential: 1s", "fixed: 60s")
                .replace("fixed: 2", "goal: 95% start within 5s"));
    assertThat(outcome.workersMost()).isEqualTo(20);
    assertThat(outcome.endSeconds()).as("25 rounds of a minute").isBetween(1_500.0, 1_503.0);
  }

  @Test
  void urgentJobsOvertake() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace(
                    "jobs:\n",
                    """
                    jobs:
                      - name: urgent
                        priority: 9
                        arrivals: {poisson: 10/m}
                        run-time: {fixed: 100ms}
                    """)
                .replace("poisson: 1/s", "bursts: {jobs: 7000}"));
    assertThat(outcome.waits("urgent").p95()).isLessThan(4);
    assertThat(outcome.waits("job").p95()).isGreaterThan(1_000);
  }

  @Test
  void whatNeverDrainsIsBrokenOffAndSaysSo() throws IOException {
    Outcome outcome =
        run(PLAIN.replace("fixed: 2", "fixed: 0").replace("length: 1h", "length: 1m"));
    assertThat(outcome.unfinished()).isEqualTo(outcome.jobs()).isPositive();
    assertThat(outcome.cost().dollars()).isZero();
  }

  /** One worker for 100 s and a minute's start-up of 51 s of which 23 are billed. */
  @Test
  void workersAreBilledFromTheDownloadOfTheirImage() throws IOException {
    Outcome outcome =
        run(
            PLAIN
                .replace("length: 1h", "length: 1s")
                .replace("failed-starts: 0.2", "spread: 0")
                .replace("reclaims-per-hour: 6, ", "")
                .replace("poisson: 1/s", "bursts: {jobs: 1}")
                .replace("exponential: 1s", "fixed: 100s")
                .replace("fixed: 2", "task-per-job: {max: 1}\n    mix: {spot: 1}"));
    assertThat(outcome.classes().getFirst().billedSeconds()).isEqualTo(124);
    assertThat(outcome.waits().p50()).isCloseTo(51.12, within(0.01));
    assertThat(outcome.cost().dollars().doubleValue())
        .isCloseTo(0.02414355 * 124 / 3_600, within(1e-9));
  }

  @Test
  void theSeriesAddsUpToTheWorkerSeconds() throws IOException {
    Outcome outcome = run(PLAIN.replace("fixed: 2", "goal: 95% start within 5s"));
    Series series = outcome.series();
    double sum = Arrays.stream(series.ready("here")).sum();
    assertThat(sum * series.stepSeconds())
        .isCloseTo(outcome.workerSeconds(), Percentage.withPercentage(1));
    assertThat(series.steps()).isBetween(480, 490);
    Series longer = run(PLAIN.replace("poisson: 1/s", "bursts: {jobs: 30000}")).series();
    assertThat(longer.steps()).isBetween(480, 960);
    assertThat(longer.steps() * longer.stepSeconds()).isBetween(14_000.0, 16_000.0);
  }

  @Test
  void eventsComeInTheOrderOfTimeAndThenOfScheduling() {
    EventQueue queue = new EventQueue();
    java.util.SplittableRandom random = new java.util.SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      queue.add(random.nextLong(500), EventQueue.Kind.LOOK, null, i, 0);
    }
    long at = -1;
    int number = -1;
    for (int i = 0; i < 10_000; i++) {
      EventQueue.Event event = queue.poll();
      assertThat(event.at > at || event.at == at && event.number > number).isTrue();
      at = event.at;
      number = event.number;
    }
    assertThat(queue.nextAt()).isEqualTo(EventQueue.NEVER);
  }

  private static Outcome run(String text) throws IOException {
    return report(text).outcomes().getFirst();
  }

  private static Report report(String text) throws IOException {
    return Simulator.run(ScenarioReader.parse("test.yaml", text));
  }
}
