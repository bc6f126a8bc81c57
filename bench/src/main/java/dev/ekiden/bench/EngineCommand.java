package dev.ekiden.bench;

import dev.ekiden.bench.EngineBench.Run;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.process.DemoPlayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench engine}. */
@Command(
    name = "engine",
    description =
        "Drains preloaded trivial jobs with one worker process, then picks up single jobs from an"
            + " idle queue.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench engine",
      "  ./ekiden bench engine --jobs 200000 --runs 5 --json result.json"
    })
final class EngineCommand implements Callable<Integer> {
  private static final List<String> SETTINGS =
      List.of("server_version", "fsync", "synchronous_commit", "shared_buffers");

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "100000",
      description = "Jobs of one drain (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--runs",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "Runs, of which the medians are told (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Terminal terminal = Terminal.ofProcess();
    Path directory = Files.createTempDirectory("ekiden-bench");
    try {
      DemoResult result = measure(terminal, directory);
      DemoPlayer.table(result).lines().forEach(terminal.out()::println);
      terminal.out().flush();
      if (json != null) {
        Files.write(
            json, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(result.rows()));
      }
      return 0;
    } finally {
      EmbeddedPostgres.delete(directory);
    }
  }

  private DemoResult measure(Terminal terminal, Path directory) throws InterruptedException {
    List<Run> measured = new ArrayList<>();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory));
        Database database = Database.open(server.address(), 8, "bench")) {
      for (String setting : SETTINGS) {
        terminal.say(setting + " = " + setting(database, setting));
      }
      EngineBench bench = new EngineBench(database, jobs);
      for (int i = 1; i <= runs; i++) {
        Run run = bench.run();
        measured.add(run);
        terminal.say(
            "run %d of %d: %,.0f jobs/s drained, pick-up p50 %.1f ms"
                .formatted(i, runs, run.drainedPerSecond(), run.pickUpMedianMillis()));
      }
    }
    return DemoResult.of(
        DemoResult.Row.of("enqueue in bulk", median(measured, Run::enqueuedPerSecond), "jobs/s"),
        DemoResult.Row.of("drain", median(measured, Run::drainedPerSecond), "jobs/s"),
        DemoResult.Row.atMost(
            "WAL of one job, enqueue not counted",
            median(measured, Run::walBytesPerJob),
            "bytes",
            1_024),
        DemoResult.Row.atMost(
            "commits of 100 jobs", median(measured, Run::commitsPerHundredJobs), "", 1),
        DemoResult.Row.of(
            "pick-up on an idle queue p50", median(measured, Run::pickUpMedianMillis), "ms"),
        DemoResult.Row.of(
            "pick-up on an idle queue p99", median(measured, Run::pickUpP99Millis), "ms"));
  }

  private static String setting(Database database, String name) {
    return database.withHandle(handle ->
        handle
            .createQuery("SELECT current_setting(:name)")
            .bind("name", name)
            .mapTo(String.class)
            .one());
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    List<Double> sorted = runs.stream().map(figure::applyAsDouble).sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
