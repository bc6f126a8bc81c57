package dev.ekiden.bench.forms;

import dev.ekiden.bench.AtExit;
import dev.ekiden.bench.Medians;
import dev.ekiden.bench.PostgresProbe;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.Table;
import dev.ekiden.server.cli.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench forms}. */
@Command(
    name = "forms",
    description =
        "Measures ways to keep jobs in tables against each other: plain batched SQL, no engine.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench forms",
      "  ./ekiden bench forms --show-sql",
      "  ./ekiden bench forms --jobs 200000 --rounds 7 --connections 1,2,4"
    })
public final class FormsCommand implements Callable<Integer> {
  private record Contender(TableForm form, int connections) {}

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "50000",
      description = "Jobs of one drain (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "Each form runs once a round; medians are told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--batch",
      paramLabel = "COUNT",
      defaultValue = "500",
      description = "Most jobs of a claim (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--connections",
      paramLabel = "COUNT",
      split = ",",
      defaultValue = "1,2",
      description = "Connections that drain at once (default: ${DEFAULT-VALUE}).")
  private List<Integer> connections = List.of();

  @Option(names = "--show-sql", description = "Print the statements of each form and end.")
  private boolean showSql;

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    Terminal terminal = Terminal.ofProcess();
    if (showSql) {
      TableForms.all().forEach(form -> terminal.out().println(form.text()));
      terminal.out().flush();
      return 0;
    }
    Path directory = Files.createTempDirectory("ekiden-bench");
    try (EmbeddedPostgres server =
        AtExit.close(EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory)))) {
      print(terminal, measure(terminal, server));
      return 0;
    } finally {
      EmbeddedPostgres.delete(directory);
    }
  }

  private Map<Contender, List<FormDrain.Run>> measure(Terminal terminal, EmbeddedPostgres server)
      throws SQLException, InterruptedException {
    DatabaseAddress address = server.address();
    FormDrain drain =
        new FormDrain(
            () -> DriverManager.getConnection(address.url(), address.user(), address.password()),
            new PostgresProbe(server.pid()));
    Map<Contender, List<FormDrain.Run>> runs = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (int workers : connections) {
        for (TableForm form : TableForms.all()) {
          FormDrain.Run run = drain.run(form, jobs, workers, batch);
          if (round > 0) { // the first warms up
            runs.computeIfAbsent(new Contender(form, workers), key -> new ArrayList<>()).add(run);
          }
          terminal.say(
              "round %d of %d: %s, %d connections: %,.0f jobs/s"
                  .formatted(round, rounds, form.name(), workers, run.perSecond()));
        }
      }
    }
    return runs;
  }

  private static void print(Terminal terminal, Map<Contender, List<FormDrain.Run>> runs) {
    Table table =
        new Table(
            Table.Column.left("FORM"),
            Table.Column.right("CONN"),
            Table.Column.right("JOBS/S"),
            Table.Column.right("BEST"),
            Table.Column.right("WAL B/JOB"),
            Table.Column.right("PG CPU S/100K"),
            Table.Column.right("ENQUEUE JOBS/S"),
            Table.Column.right("ENQUEUE WAL B/JOB"),
            Table.Column.right("ENQUEUE PG CPU S/100K"));
    runs.forEach((contender, measured) ->
        table.row(
            contender.form().name(),
            Integer.toString(contender.connections()),
            median(measured, FormDrain.Run::perSecond, "%,.0f"),
            "%,.0f"
                .formatted(measured.stream().mapToDouble(FormDrain.Run::perSecond).max().orElse(0)),
            median(measured, FormDrain.Run::walBytesPerJob, "%,.0f"),
            median(measured, FormDrain.Run::cpuSecondsPer100k, "%.2f"),
            median(measured, FormDrain.Run::enqueuedPerSecond, "%,.0f"),
            median(measured, FormDrain.Run::enqueueWalBytesPerJob, "%,.0f"),
            median(measured, FormDrain.Run::enqueueCpuSecondsPer100k, "%.2f")));
    table.lines().forEach(terminal.out()::println);
    terminal.out().flush();
  }

  private static String median(
      List<FormDrain.Run> runs, ToDoubleFunction<FormDrain.Run> figure, String format) {
    return format.formatted(Medians.of(runs, figure));
  }
}
