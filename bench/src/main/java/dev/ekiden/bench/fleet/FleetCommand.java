package dev.ekiden.bench.fleet;

import dev.ekiden.bench.Figures;
import dev.ekiden.bench.Lab;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.process.QuietLog;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench fleet}. */
@Command(
    name = "fleet",
    description =
        "Measures fleets: how soon their processes are there, what more of them do, and what keeping"
            + " fleets and knowing costs takes when much has been done.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench fleet",
      "  ./ekiden bench fleet --rounds 3 --json result.json",
      "  ./ekiden bench fleet --only tick,costs"
    })
public final class FleetCommand implements Callable<Integer> {
  /** What can be measured. */
  enum Part {
    /** How soon after a burst a new worker has a job. */
    BURST,
    /** Four workers beside one. */
    WORKERS,
    /** A turn of the controller. */
    TICK,
    /** The roll-up of usage, and reports. */
    COSTS;

    boolean needsHistory() {
      return this == TICK || this == COSTS;
    }
  }

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      defaultValue = "burst,workers",
      description =
          "Any of burst, workers, tick (a turn of the controller), costs (roll-up and reports);"
              + " the last two fill a database first, which takes minutes (default:"
              + " ${DEFAULT-VALUE}).")
  private Set<Part> only = EnumSet.noneOf(Part.class);

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "Bursts from zero workers; the median is told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "800",
      description =
          "Jobs of 100 ms for four workers, a quarter for one (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--history",
      paramLabel = "COUNT",
      defaultValue = "10000000",
      description = "Finished jobs kept, for tick and costs (default: ${DEFAULT-VALUE}).")
  private int history;

  @Option(
      names = "--turns",
      paramLabel = "COUNT",
      defaultValue = "200",
      description = "Turns of the controller in each case (default: ${DEFAULT-VALUE}).")
  private int turns;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    if (rounds < 1 || jobs < 4 || history < 1 || turns < 10) {
      throw new IllegalArgumentException(
          "--rounds and --history must be at least 1, --jobs at least 4, --turns at least 10");
    }
    Figures figures = new Figures();
    int exit = ExitCode.OK;
    if (only.contains(Part.BURST) || only.contains(Part.WORKERS)) {
      exit = processes(figures);
    }
    if (only.stream().anyMatch(Part::needsHistory)) {
      history(figures);
    }
    if (json != null) {
      figures.write(json);
    }
    return exit;
  }

  private int processes(Figures figures) throws Exception {
    FleetMeasurement measurement = new FleetMeasurement(only, rounds, jobs);
    int exit =
        PlayedDemo.play(
            NapMain.class, NapApplication.NAME, List.of(), new NapApplication(measurement));
    measurement.rows().forEach(figures::add);
    return exit;
  }

  private void history(Figures all) throws Exception {
    QuietLog.warningsOnly();
    Terminal terminal = Terminal.ofProcess();
    Figures figures = new Figures();
    try (Lab lab = Lab.open(terminal)) {
      lab.printSettings();
      DatabaseAddress empty = KeptHistory.make(lab, 0);
      DatabaseAddress filled = KeptHistory.make(lab, history);
      if (only.contains(Part.TICK)) {
        new TurnMeasurement(lab, turns).measure(empty, filled, history, figures);
      }
      if (only.contains(Part.COSTS)) {
        new CostsMeasurement(lab).measure(filled, history, figures);
      }
    }
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    all.addAll(figures);
  }
}
