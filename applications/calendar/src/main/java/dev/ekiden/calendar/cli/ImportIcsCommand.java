package dev.ekiden.calendar.cli;

import dev.ekiden.calendar.ics.IcsLimits;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar import-ics}. */
@Command(
    name = "import-ics",
    description = {
      "Imports a calendar of another system (iCalendar, .ics): its events block a space or a resource.",
      "Importing it again makes the blocks what the file says then: what is gone there is removed.",
      "Exit code 1 if an event could not be read; the others were imported."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar import-ics google.ics --space S00001",
      "  ekiden calendar import-ics basic.ics --resource hall-a --source airbnb"
    })
final class ImportIcsCommand implements Callable<Integer> {
  private static final List<Field> REPORT =
      List.of(
          Field.of("source", "source"),
          Field.of("events read", "read"),
          Field.of("added", "added"),
          Field.of("changed", "changed"),
          Field.of("removed", "removed"),
          Field.of("unchanged", "unchanged"),
          Field.of("refused", "refused"),
          Field.of("times blocked", "blocks"),
          Field.of("repeating events followed until", "through"),
          Field.of("calendars being refreshed", "affectedPlans"));

  private final CommandContext context;

  @Parameters(paramLabel = "FILE", description = "The .ics file.")
  private Path file = Path.of("");

  @ArgGroup(multiplicity = "1")
  private BlockTarget target = new BlockTarget();

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "What to call this calendar; the name of the file without .ics if not given.")
  private @Nullable String source;

  ImportIcsCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw CommandException.usage("cannot read " + file);
    }
    if (Files.size(file) > IcsLimits.MAXIMUM_BYTES) {
      throw CommandException.usage(
          "%s has %d bytes; a calendar may have at most %d"
              .formatted(file, Files.size(file), IcsLimits.MAXIMUM_BYTES));
    }
    String name = source == null ? baseName(file) : source;
    JsonNode report =
        context.api().putFile(target.path() + "/" + ApiClient.encode(name), "text/calendar", file);
    context.printer().one(report, REPORT);
    if (context.printer().output() == Output.table) {
      report
          .path("problems")
          .forEach(problem -> context.printer().line(ProblemLines.ofCalendar(file, problem)));
    }
    return report.path("problems").size() > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private static String baseName(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("(?i)\\.(ics|ical|ifb)$", "");
  }
}
