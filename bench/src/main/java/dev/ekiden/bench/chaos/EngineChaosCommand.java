package dev.ekiden.bench.chaos;

import dev.ekiden.bench.AtExit;
import dev.ekiden.bench.Figures;
import dev.ekiden.bench.chaos.Fault.Kind;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench chaos engine}. */
@Command(
    name = "engine",
    description = {
      "Jobs of every feature flow through worker processes while these are killed and stopped,"
          + " PostgreSQL is killed and goes away, connections break and the clock jumps.",
      "Ends with 1 when a rule was broken."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench chaos engine",
      "  ./ekiden bench chaos engine --minutes 10 --seed 7 --json result.json",
      "  ./ekiden bench chaos engine --minutes 10 --seed 7 --plan"
    })
final class EngineChaosCommand implements Callable<Integer> {
  /** Faults of one kind are about so far apart. */
  private static final int SECONDS_OF_ROUND = 110;

  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final int WORKERS = 3;
  private static final int CONCURRENCY = 12;
  private static final int MOST_SHOWN = 100;

  @Option(
      names = "--minutes",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "How long jobs are enqueued and faults done (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description =
          "The same seed brings the same jobs, and the same faults at the same times (default:"
              + " ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "100000",
      description = "Jobs that flow (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--long-jobs",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description = "Attempts that run while the database is away (default: ${DEFAULT-VALUE}).")
  private int longJobs;

  @Option(
      names = "--outage",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long that is (default: ${DEFAULT-VALUE}).")
  private int outage;

  @Option(names = "--plan", description = "Print the plan of faults and end.")
  private boolean planOnly;

  @Option(
      names = "--keep",
      paramLabel = "DIRECTORY",
      description = "Keep the database and the logs of the processes there.")
  private @Nullable Path keep;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Terminal terminal = Terminal.ofProcess();
    Duration flow = Duration.ofMinutes(minutes);
    int rounds = Math.max(1, (int) (flow.toSeconds() / SECONDS_OF_ROUND));
    FaultPlan plan = FaultPlan.of(seed, flow, WORKERS, LEASE, rounds);
    if (planOnly) {
      plan.faults().forEach(terminal.out()::println);
      terminal.out().flush();
      if (json != null) {
        writePlan(plan, json);
      }
      return 0;
    }
    ChaosSize size =
        new ChaosSize(
            jobs,
            flow,
            LEASE,
            WORKERS,
            CONCURRENCY,
            rounds,
            100,
            longJobs,
            Duration.ofSeconds(outage));
    Path directory =
        keep == null ? Files.createTempDirectory("ekiden-chaos") : Files.createDirectories(keep);
    ChaosResult result;
    try (ChaosRun run = AtExit.close(new ChaosRun(size, plan, directory, terminal::say))) {
      result = run.run();
    }
    if (keep == null) {
      delete(directory);
    }
    tell(terminal, plan, result);
    return result.violations().isEmpty() ? 0 : 1;
  }

  private void tell(Terminal terminal, FaultPlan plan, ChaosResult result) throws IOException {
    result.violations().stream()
        .limit(MOST_SHOWN)
        .forEach(violation -> terminal.out().println(violation));
    Figures figures = figures(result);
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    if (json != null) {
      figures.write(json);
      Path planFile = json.resolveSibling("plan-" + json.getFileName());
      writePlan(plan, planFile);
      terminal.say("The plan of faults is in " + planFile + ".");
    }
  }

  private static void writePlan(FaultPlan plan, Path file) throws IOException {
    Files.write(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(plan));
  }

  static Figures figures(ChaosResult result) {
    Figures figures = new Figures();
    figures.add(DemoResult.Row.of("jobs accepted", result.accepted(), ""));
    figures.add(DemoResult.Row.of("enqueues whose answer was lost", result.lostAnswers(), ""));
    result
        .states()
        .forEach((state, count) -> figures.add(DemoResult.Row.of("jobs " + state, count, "")));
    figures.add(DemoResult.Row.of("handlers begun", result.attempts(), ""));
    figures.add(DemoResult.Row.of("worker processes", result.processes(), ""));
    figures.add(
        DemoResult.Row.of("from the first job to the last end", seconds(result.time()), "s"));
    for (Kind kind : Kind.values()) {
      figures.add(DemoResult.Row.of("fault: " + kind, result.done().getOrDefault(kind, 0), ""));
    }
    figures.add(DemoResult.Row.of("fault: disk full", result.diskSkipped() == null ? 1 : 0, ""));
    times(figures, "recovery of a dead worker", result.recoveries(), 20);
    times(figures, "interrupt of a fenced handler", result.interrupts(), 1);
    for (Rule rule : Rule.values()) {
      long count = result.violations().stream().filter(one -> one.rule() == rule).count();
      figures.add(DemoResult.Row.exactly(rule.toString(), count, "violations", 0));
    }
    return figures;
  }

  private static void times(Figures figures, String name, List<Duration> times, double goal) {
    figures.add(DemoResult.Row.of(name + ", measured", times.size(), ""));
    if (!times.isEmpty()) {
      List<Duration> sorted = times.stream().sorted().toList();
      figures.add(DemoResult.Row.of(name + " p50", seconds(sorted.get(sorted.size() / 2)), "s"));
      figures.add(DemoResult.Row.atMost(name + " max", seconds(sorted.getLast()), "s", goal));
    }
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1_000.0;
  }

  private static void delete(Path directory) throws IOException {
    EmbeddedPostgres.delete(directory.resolve("postgres"));
    try (Stream<Path> left = Files.list(directory)) {
      for (Path path : left.toList()) {
        Files.delete(path);
      }
    }
    Files.delete(directory);
  }
}
