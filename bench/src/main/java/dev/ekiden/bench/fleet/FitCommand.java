package dev.ekiden.bench.fleet;

import dev.ekiden.app.Main;
import dev.ekiden.calendar.CalendarApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench fit}. */
@Command(
    name = "fit",
    description =
        "Fits a scenario on one run of the fleet's demonstration, and predicts another run with it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Of the run that is predicted nothing enters but when its jobs arrived.",
      "",
      "Examples:",
      "  ./ekiden bench fit",
      "  ./ekiden bench fit --seeds 3,4 --json result.json"
    })
public final class FitCommand implements Callable<Integer> {
  @Option(
      names = "--seeds",
      paramLabel = "LEARN,PREDICT",
      split = ",",
      arity = "1",
      defaultValue = "1,2",
      description = "Seeds of the two runs (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of();

  @Option(
      names = "--syncs",
      paramLabel = "COUNT",
      defaultValue = "120",
      description =
          "Full syncs of ten jobs each that are asked for at once (default: ${DEFAULT-VALUE}).")
  private int syncs;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "150",
      description = "How long changes go on (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--mean-life",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long spot workers live on average (default: ${DEFAULT-VALUE}).")
  private int meanLife;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    if (seeds.size() != 2 || syncs < 1 || seconds < 1 || meanLife < 1) {
      throw new IllegalArgumentException(
          "--seeds must be two numbers, --syncs, --seconds and --mean-life at least 1");
    }
    CalendarApplication calendar = new CalendarApplication();
    FitMeasurement measurement =
        new FitMeasurement(
            calendar::fleetLoad,
            seeds.getFirst(),
            seeds.getLast(),
            syncs,
            Duration.ofSeconds(seconds),
            Duration.ofSeconds(meanLife));
    return PlayedDemo.play(
        Main.class,
        FitApplication.NAME,
        json == null ? List.of() : List.of("--json", json.toString()),
        calendar,
        new FitApplication(measurement));
  }
}
