package dev.ekiden.bench;

import dev.ekiden.bench.forms.TableForms;
import dev.ekiden.server.cli.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench engine}. */
@Command(
    name = "engine",
    description =
        "Measures the engine beside others on one PostgreSQL, each in a process of its own.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench engine",
      "  ./ekiden bench engine --only drain,wal --jobs 500000 --json result.json",
      "  ./ekiden bench engine --full"
    })
final class EngineCommand implements Callable<Integer> {
  private static final int FULL_SECONDS = 300;
  private static final int FULL_HISTORY = 10_000_000;

  /** What can be asked for. */
  enum Choice {
    DRAIN,
    PEERS,
    WAL,
    RETRY,
    LIMITS,
    HISTORY,
    LATENCY,
    PRIORITY,
    SUBMIT,
    WORKERS,
    STEADY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    Part part(Lab lab, EngineSizes sizes) {
      return switch (this) {
        case DRAIN -> new DrainPart(lab, sizes);
        case PEERS -> new PeersPart(lab, sizes);
        case WAL -> new DrainPart.Wal(lab, sizes);
        case RETRY -> new DrainPart.Retry(lab, sizes);
        case LIMITS -> new LimitsPart(lab, sizes);
        case HISTORY -> new HistoryPart(lab, sizes);
        case LATENCY -> new LatencyPart(lab, sizes);
        case PRIORITY -> new PriorityPart(lab);
        case SUBMIT -> new SubmitPart(lab, sizes);
        case WORKERS -> new SmallWorkersPart(lab, sizes);
        case STEADY -> new SteadyPart(lab, sizes);
      };
    }
  }

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Measure only these: ${COMPLETION-CANDIDATES} (default: all).")
  private @Nullable Set<Choice> only;

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "200000",
      description = "Jobs of one drain; slow peers get a share (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "The same process drains others so long before, outside the clock (default: ${DEFAULT-VALUE}).")
  private double warmUpSeconds;

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "All drain once a round; medians are told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--samples",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description = "Single jobs picked up from an idle queue (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--seconds",
      paramLabel = "COUNT",
      defaultValue = "30",
      description = "Of enqueueing and running together (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--history",
      paramLabel = "COUNT",
      defaultValue = "1000000",
      description = "Finished jobs that are kept (default: ${DEFAULT-VALUE}).")
  private int history;

  @Option(
      names = "--full",
      description = "The sizes of the goals: 300 seconds and 10,000,000 finished jobs.")
  private boolean full;

  @Option(names = "--show-sql", description = "Print the statements of the bare SQL and end.")
  private boolean showSql;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    Terminal terminal = Terminal.ofProcess();
    if (showSql) {
      terminal.out().println(TableForms.ceiling().text());
      terminal.out().flush();
      return 0;
    }
    EngineSizes sizes =
        new EngineSizes(
            jobs,
            warmUpSeconds,
            rounds,
            samples,
            full ? FULL_SECONDS : seconds,
            full ? FULL_HISTORY : history);
    Figures figures = new Figures();
    try (Lab lab = Lab.open(terminal)) {
      lab.printSettings();
      measure(lab, sizes, figures);
    }
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  private void measure(Lab lab, EngineSizes sizes, Figures figures) throws Exception {
    List<Part> parts = new ArrayList<>();
    for (Choice choice : only == null ? EnumSet.allOf(Choice.class) : only) {
      parts.add(choice.part(lab, sizes));
    }
    Burst burst = new Burst();
    for (Part part : parts) {
      part.join(burst);
    }
    lab.terminal()
        .say(
            "each in a process of its own; its start and %.0f s of drains before are outside the clock"
                .formatted(sizes.warmUpSeconds()));
    burst.run(lab, sizes.rounds());
    for (Part part : parts) {
      part.tell(burst, figures);
    }
  }
}
