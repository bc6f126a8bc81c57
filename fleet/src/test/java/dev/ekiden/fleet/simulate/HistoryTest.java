package dev.ekiden.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.fleet.simulate.History.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What one time teaches about another. */
final class HistoryTest {
  @Test
  void eachArrivalGetsTheRunTimeOfAJobOfItsKind() {
    History known =
        new History(
            List.of(
                entry(0, 1, 5, "a"),
                entry(1, 2, 5, "a"),
                entry(2, 9, 1, "a"),
                entry(3, 4, 5, "b")));
    History drawn =
        new History(
                List.of(
                    entry(0, 0, 5, "a"),
                    entry(1, 0, 1, "a"),
                    entry(2, 0, 5, "b"),
                    entry(3, 0, 5, "c")))
            .withRunTimesOf(known, 7);
    assertThat(drawn.entries()).extracting(Entry::at).isSorted();
    assertThat(drawn.entries().get(0).runSeconds()).isIn(1.0, 2.0);
    assertThat(drawn.entries().get(1).runSeconds()).isEqualTo(9);
    assertThat(drawn.entries().get(2).runSeconds()).isEqualTo(4);
    assertThat(drawn.entries().get(3).runSeconds()).isIn(1.0, 2.0, 9.0, 4.0);
    assertThat(drawn).isEqualTo(drawn.withRunTimesOf(known, 7).withRunTimesOf(known, 7));
  }

  /** Of the other time nothing is known but its arrivals. */
  @Test
  void theRunTimesOfOneTimePredictTheWaitsOfAnother() throws IOException {
    Outcome played = run(jobs(2), 2);
    History arrivals =
        new History(jobs(2).entries().stream().map(job -> new Entry(job.at(), 0, 5, "a")).toList());
    double wait = 0;
    double workers = 0;
    int simulations = 10;
    for (int seed = 11; seed < 11 + simulations; seed++) {
      Outcome predicted = run(arrivals.withRunTimesOf(jobs(1), seed), seed);
      wait += predicted.waits().mean() / simulations;
      workers += predicted.workerSeconds() / simulations;
    }
    assertThat(wait).isCloseTo(played.waits().mean(), Percentage.withPercentage(20));
    assertThat(workers).isCloseTo(played.workerSeconds(), Percentage.withPercentage(20));
  }

  /** A burst, and a trickle after it. */
  private static History jobs(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RunTime runTime = new RunTime.LogNormal(1, 1, 100);
    List<Entry> jobs = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      jobs.add(entry(i < 300 ? 0 : i - 300, runTime.draw(random), 5, "a"));
    }
    return new History(jobs);
  }

  private static Outcome run(History jobs, long seed) throws IOException {
    Scenario scenario =
        ScenarioReader.parse(
            "fitted.yaml",
            """
            title: fitted
            length: 1s
            jobs: [{arrivals: {poisson: 0/s}, run-time: {fixed: 0s}}]
            classes:
              spot: {start-up: {program: 5s}, reclaims-per-hour: 60, notice: 2s}
            fleets:
              - {name: fleet, steps: {0: 1, 10: 3, 50: 8}, min: 1, max: 8, mix: {spot: 1}}
            """);
    return Simulator.run(scenario.with(jobs).withSeed(seed)).outcomes().getFirst();
  }

  private static Entry entry(int at, double runSeconds, int priority, String definition) {
    return new Entry(Duration.ofSeconds(at), runSeconds, priority, definition);
  }
}
