package dev.ekiden.server.cli;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.picture.CapacityPicture;
import dev.ekiden.fleet.picture.Drawing;
import dev.ekiden.fleet.picture.PictureException;
import dev.ekiden.fleet.picture.Png;
import dev.ekiden.fleet.picture.Svg;
import dev.ekiden.fleet.simulate.Claim;
import dev.ekiden.fleet.simulate.History;
import dev.ekiden.fleet.simulate.Outcome;
import dev.ekiden.fleet.simulate.Report;
import dev.ekiden.fleet.simulate.Scenario;
import dev.ekiden.fleet.simulate.ScenarioReader;
import dev.ekiden.fleet.simulate.Simulator;
import dev.ekiden.fleet.simulate.Stories;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden simulate}. Needs a server only for what that has recorded. */
@Command(
    name = "simulate",
    sortOptions = false,
    description =
        "Plays the jobs of a scenario through fleets that are decided, mixed and priced as in production.",
    footer = {
      "",
      "Examples:",
      "  ekiden simulate calendar --svg calendar.svg",
      "  ekiden simulate --print calendar > mine.yaml",
      "  ekiden simulate mine.yaml --seed 7 --json mine.json",
      "  ekiden simulate mine.yaml --history jobs.csv",
      "  ekiden simulate --from-history --since 24h --queue mail",
      "  ekiden simulate --from-history --save yesterday.yaml"
    })
final class SimulateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SCENARIO",
      arity = "0..1",
      description =
          "A YAML file, or one of the stories calendar, report, tracking, payroll, audience. With --from-history, what the server's fleets are if not given.")
  private @Nullable String scenario;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Other chances than the scenario's.")
  private @Nullable Long seed;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description =
          "Plays recorded jobs in place of the scenario's: CSV or JSON lines with arrival, run-seconds, priority, definition.")
  private @Nullable Path history;

  @Option(
      names = "--from-history",
      description =
          "Plays what the server has recorded: arrivals and run times as they were, its fleets with start-ups and reclaims as measured.")
  private boolean fromHistory;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "With --from-history: a time, or how long ago, such as 24h; 7d if not given.")
  private @Nullable String since;

  @Option(names = "--to", paramLabel = "TIME", description = "Up to then; now if not given.")
  private @Nullable String to;

  @Option(names = "--queue", paramLabel = "QUEUE", description = "Only runs of this queue.")
  private @Nullable String queue;

  @Option(
      names = "--definition",
      paramLabel = "NAME",
      description = "Only runs of this definition.")
  private @Nullable String definition;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description =
          "Writes what was recorded as a scenario, with a CSV file of the jobs beside it.")
  private @Nullable Path save;

  @Option(names = "--explain", description = "Prints what was decided and why.")
  private boolean explain;

  @Option(names = "--svg", paramLabel = "FILE", description = "Draws capacity over demand.")
  private @Nullable Path svg;

  @Option(names = "--png", paramLabel = "FILE", description = "The same as PNG.")
  private @Nullable Path png;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures as JSON.")
  private @Nullable Path json;

  @Option(names = "--print", description = "Prints the text of a story and ends.")
  private boolean print;

  private final CommandContext context;
  private final Terminal terminal;

  SimulateCommand(CommandContext context) {
    this.context = context;
    this.terminal = context.terminal();
  }

  @Override
  public Integer call() throws IOException {
    try {
      return simulate();
    } catch (YamlException | InvalidSettingException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    } catch (PictureException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()));
    }
  }

  private int simulate() throws IOException {
    if (print) {
      terminal.out().print(story());
      terminal.out().flush();
      return ExitCode.OK;
    }
    Report report = Simulator.run(scenario());
    write(report);
    print(outcomes(report));
    if (!report.claims().isEmpty()) {
      terminal.out().println();
      print(claims(report));
      terminal.out().println();
      report
          .scenario()
          .claims()
          .forEach(claim ->
              terminal
                  .out()
                  .println(
                      Table.printable(
                          "assumed for '%s': %s".formatted(claim.told(), claim.assumes()))));
      terminal.out().flush();
    }
    if (explain) {
      explain(report);
    }
    boolean met = report.claims().stream().allMatch(Claim.Result::met);
    return met ? ExitCode.OK : ExitCode.FAILED;
  }

  private Scenario scenario() throws IOException {
    if (!fromHistory && (since != null || to != null || queue != null || definition != null)) {
      throw CommandException.usage("--since, --to, --queue and --definition need --from-history");
    }
    if (fromHistory && history != null) {
      throw CommandException.usage("give --history or --from-history, not both");
    }
    if (save != null && !fromHistory) {
      throw CommandException.usage("--save needs --from-history");
    }
    Scenario read = fromHistory ? recorded() : read();
    Path recorded = history;
    if (recorded != null) {
      if (!Files.isReadable(recorded)) {
        throw CommandException.usage("cannot read " + recorded);
      }
      read = read.with(History.read(recorded));
    }
    Long other = seed;
    return other == null ? read : read.withSeed(other);
  }

  /** Its own fleets, or those of the scenario that was given. */
  private Scenario recorded() throws IOException {
    Map<String, @Nullable Object> query = CostsCommand.time(since, to);
    query.put("queue", queue);
    query.put("definition", definition);
    JsonNode answer = context.api().get(ApiClient.path("/api/v1/scenario", query));
    if (answer.path("items").isEmpty()) {
      throw CommandException.failed("nothing ran in that time");
    }
    if (!answer.path("complete").asBoolean()) {
      terminal.say("only the newest %,d runs are played".formatted(answer.path("items").size()));
    }
    RecordedScenario recorded = RecordedScenario.of(answer);
    Path file = save;
    if (file != null) {
      recorded.save(file).forEach(written -> terminal.say("wrote " + written));
    }
    return scenario == null ? recorded.scenario() : read().with(recorded.history());
  }

  private Scenario read() throws IOException {
    if (scenario == null) {
      throw CommandException.usage("give a scenario, or --from-history");
    }
    Path file = Path.of(scenario);
    if (Files.isReadable(file) && Files.isRegularFile(file)) {
      return ScenarioReader.read(file);
    }
    story();
    return Stories.named(scenario);
  }

  private String story() {
    if (scenario == null || !Stories.names().contains(scenario)) {
      throw CommandException.usage(
          "there is no file and no story '%s'; stories are %s"
              .formatted(scenario, String.join(", ", Stories.names())));
    }
    return Stories.text(scenario);
  }

  private void write(Report report) throws IOException {
    if (svg != null || png != null) {
      Drawing drawing = CapacityPicture.draw(report);
      write(svg, () -> Svg.write(drawing).getBytes(StandardCharsets.UTF_8));
      write(png, () -> Png.paint(drawing));
    }
    write(
        json,
        () ->
            Json.MAPPER
                .writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(SimulationView.of(report)));
  }

  private void write(@Nullable Path file, Supplier<byte[]> content) throws IOException {
    if (file != null) {
      Files.write(file, content.get());
      terminal.say("wrote " + file);
    }
  }

  private static Table outcomes(Report report) {
    Table table =
        new Table(
            Table.Column.left("FLEET"),
            Table.Column.right("COST"),
            Table.Column.right("WAIT P50"),
            Table.Column.right("P95"),
            Table.Column.right("P99"),
            Table.Column.right("LATE"),
            Table.Column.right("WORKERS"),
            Table.Column.right("MOST"),
            Table.Column.right("RECLAIMED"),
            Table.Column.right("JOBS"),
            Table.Column.right("FAILED"),
            Table.Column.right("ENDED AFTER"));
    for (Outcome outcome : report.outcomes()) {
      table.row(
          outcome.name(),
          outcome.cost().toString(),
          seconds(outcome.waits().p50()),
          seconds(outcome.waits().p95()),
          seconds(outcome.waits().p99()),
          String.format(Locale.ROOT, "%.1f%%", outcome.missedShare() * 100),
          String.format(Locale.ROOT, "%.1f", outcome.value(Claim.Measure.WORKERS_MEAN)),
          Integer.toString(outcome.workersMost()),
          String.format(Locale.ROOT, "%,d", outcome.reclaimed()),
          String.format(Locale.ROOT, "%,d", outcome.jobs()),
          String.format(Locale.ROOT, "%,d", outcome.failed() + outcome.unfinished()),
          Times.format(Duration.ofSeconds(Math.round(outcome.endSeconds()))));
    }
    return table;
  }

  private static Table claims(Report report) {
    Table table =
        new Table(
            Table.Column.left("TOLD"),
            Table.Column.right("HERE"),
            Table.Column.left("GOAL"),
            Table.Column.left("MET"));
    for (Claim.Result result : report.claims()) {
      Claim claim = result.claim();
      boolean time = claim.against() == null && isTime(claim.measure());
      table.row(
          claim.told(),
          amount(result.value(), time),
          amount(claim.from(), time) + " – " + amount(claim.to(), time),
          result.met() ? "yes" : "NO");
    }
    return table;
  }

  private void explain(Report report) {
    for (Outcome outcome : report.outcomes()) {
      terminal.out().println();
      terminal.out().println(Table.printable(outcome.name()));
      for (Outcome.Note note : outcome.notes()) {
        terminal
            .out()
            .println(
                "  %s  %s"
                    .formatted(
                        Times.format(Duration.ofSeconds(Math.round(note.atSeconds()))),
                        Table.printable(note.reason())));
      }
    }
    terminal.out().flush();
  }

  private void print(Table table) {
    List<String> lines = table.lines();
    lines.forEach(terminal.out()::println);
    terminal.out().flush();
  }

  private static boolean isTime(Claim.Measure measure) {
    return switch (measure) {
      case WAIT_MEAN,
          WAIT_P50,
          WAIT_P95,
          WAIT_P99,
          LATENCY_MEAN,
          LATENCY_P50,
          LATENCY_P95,
          LAST_END ->
          true;
      case COST, WORKER_SECONDS, WORKERS_MEAN, WORKERS_MOST, MISSED_SHARE -> false;
    };
  }

  private static String amount(double value, boolean time) {
    return time ? seconds(value) : String.format(Locale.ROOT, "%,.2f", value);
  }

  private static String seconds(double value) {
    if (value >= 120) {
      return String.format(Locale.ROOT, "%,.1f min", value / 60);
    }
    return value < 1
        ? String.format(Locale.ROOT, "%.0f ms", value * 1_000)
        : String.format(Locale.ROOT, "%.1f s", value);
  }
}
