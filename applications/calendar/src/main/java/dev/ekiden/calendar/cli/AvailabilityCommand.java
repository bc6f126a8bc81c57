package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar availability}. */
@Command(
    name = "availability",
    description = "Shows when a plan can be booked, and for how much.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar availability P000001 --from 2026-12-01 --to 2026-12-07",
      "  ekiden calendar availability P000001 --from 2026-12-24 --to 2026-12-24 --minutes 180"
    })
final class AvailabilityCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("START", "start"),
          Field.of("END", "end"),
          Field.number("TOTAL", "total"),
          Field.number("UNITS", "units"));

  private final CommandContext context;

  @Parameters(paramLabel = "PLAN", description = "Code of the plan.")
  private String plan = "";

  @Option(names = "--from", required = true, paramLabel = "DATE", description = "First day.")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "DATE", description = "Last day.")
  private String to = "";

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "How long the booking is to be; the plan's shortest if not given.")
  private @Nullable Integer minutes;

  AvailabilityCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("from", from);
    query.put("to", to);
    query.put("minutes", minutes);
    String path =
        "%s/plans/%s/availability".formatted(CalendarCommands.ROOT, ApiClient.encode(plan));
    JsonNode answer = context.api().get(ApiClient.path(path, query));
    if (context.printer().output() == Output.json) {
      context.printer().one(answer, FIELDS);
    } else {
      context
          .printer()
          .list(Json.MAPPER.createObjectNode().set("items", answer.path("times")), FIELDS);
    }
    if (!answer.path("ready").asBoolean()) {
      context
          .terminal()
          .say("Not all of these days have been computed yet: `ekiden calendar diff-sync`.");
    }
    return ExitCode.OK;
  }
}
