package dev.ekiden.bench.fleet;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.Ekiden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench fleet}. */
@Command(
    name = "fleet",
    description =
        "Measures fleets of processes: how soon they are there, and what more workers do.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench fleet",
      "  ./ekiden bench fleet --rounds 3 --json result.json"
    })
public final class FleetCommand implements Callable<Integer> {
  /** What workers run; see WorkerCommand. */
  private static final String MAIN_PROPERTY = "ekiden.main";

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

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    if (rounds < 1 || jobs < 4) {
      throw new IllegalArgumentException("--rounds must be at least 1 and --jobs at least 4");
    }
    System.setProperty(MAIN_PROPERTY, NapMain.class.getName());
    Path directory = Files.createTempDirectory("ekiden-bench");
    List<String> arguments =
        new ArrayList<>(List.of("demo", NapApplication.NAME, "--directory", directory.toString()));
    if (json != null) {
      arguments.addAll(List.of("--json", json.toString()));
    }
    try {
      return Ekiden.run(
          arguments.toArray(String[]::new), new NapApplication(new FleetMeasurement(rounds, jobs)));
    } finally {
      EmbeddedPostgres.delete(directory);
    }
  }
}
