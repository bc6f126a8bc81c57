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
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ekiden simulate}. Needs no server. */
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
      "  ekiden simulate mine.yaml --history jobs.csv"
    })
public final class SimulateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SCENARIO",
      description =
          "A YAML file, or one of the stories calendar, report, tracking, payroll, audience.")
  private String scenario = "";

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

  private final Terminal terminal;

  public SimulateCommand(Terminal terminal) {
    this.terminal = terminal;
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
    Scenario read = read();
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

  private Scenario read() throws IOException {
    Path file = Path.of(scenario);
    if (Files.isReadable(file) && Files.isRegularFile(file)) {
      return ScenarioReader.read(file);
    }
    story();
    return Stories.named(scenario);
  }

  private String story() {
    if (!Stories.names().contains(scenario)) {
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

  private void write(@Nullable Path file, java.util.function.Supplier<byte[]> content)
      throws IOException {
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
