package dev.ekiden.bench;

import dev.ekiden.fleet.simulate.Outcome;
import dev.ekiden.fleet.simulate.Report;
import dev.ekiden.fleet.simulate.Scenario;
import dev.ekiden.fleet.simulate.ScenarioReader;
import dev.ekiden.fleet.simulate.Simulator;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.cli.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench simulate}. */
@Command(
    name = "simulate",
    description =
        "Measures how fast a fleet is simulated: a goal, spot and reclaims, one look a second.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench simulate",
      "  ./ekiden bench simulate --jobs 5000000 --rounds 3 --json simulate.json"
    })
public final class SimulateCommand implements Callable<Integer> {
  /** What a million jobs should take. */
  private static final double GOAL_SECONDS_PER_MILLION = 5;

  private static final int ARRIVALS_PER_SECOND = 100;

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "1000000",
      description = "Jobs of a simulation, at most 9,000,000 (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "5",
      description =
          "Simulations; the median is told, the first is told too (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    Terminal terminal = Terminal.ofProcess();
    Scenario scenario = scenario();
    List<Double> seconds = new ArrayList<>();
    int simulated = 0;
    for (int round = 1; round <= rounds; round++) {
      long begin = System.nanoTime();
      Report report = Simulator.run(scenario);
      seconds.add((System.nanoTime() - begin) / 1e9);
      Outcome outcome = report.outcomes().getFirst();
      simulated = outcome.jobs();
      terminal.say(
          "round %d of %d: %,d jobs in %.2f s"
              .formatted(round, rounds, simulated, seconds.getLast()));
    }
    double first = seconds.getFirst();
    List<Double> sorted = new ArrayList<>(seconds);
    Collections.sort(sorted);
    double median = sorted.get(sorted.size() / 2);
    double perMillion = 1e6 / simulated;
    Figures figures = new Figures();
    figures.add(DemoResult.Row.of("simulated jobs", simulated / median, "jobs/s"));
    figures.add(
        DemoResult.Row.atMost(
            "a million jobs, cold", first * perMillion, "s", GOAL_SECONDS_PER_MILLION));
    figures.add(
        DemoResult.Row.atMost(
            "a million jobs, median", median * perMillion, "s", GOAL_SECONDS_PER_MILLION));
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  private Scenario scenario() throws IOException {
    return ScenarioReader.parse(
        "bench.yaml",
        """
        title: as many jobs as asked for
        length: %ds
        jobs:
          - {name: low, priority: 1, arrivals: {poisson: %d/s}, run-time: {lognormal: 200ms, variation: 2}, fails: 0.01}
          - {name: high, priority: 9, arrivals: {poisson: %d/s}, run-time: {exponential: 50ms}}
        classes:
          on-demand: {price: fargate-tokyo, start-up: {fargate-image-mib: 413}}
          spot: {price: fargate-tokyo-spot, start-up: {fargate-image-mib: 413}, reclaims-per-hour: 0.5, failed-starts: 0.02}
        fleets:
          - {name: goal, goal: 95%% start within 5s, min: 1, max: 50, slots: 4, mix: {on-demand: 1, spot: 5}}
        """
            .formatted(
                Math.max(1, jobs / ARRIVALS_PER_SECOND),
                ARRIVALS_PER_SECOND * 9 / 10,
                ARRIVALS_PER_SECOND / 10));
  }
}
