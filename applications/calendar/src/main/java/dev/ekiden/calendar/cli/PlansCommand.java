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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar plans}. */
@Command(
    name = "plans",
    description =
        "Shows which plans of a space can be booked at a time, and why the others cannot.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar plans S00001 --start 2026-12-24T18:00 --end 2026-12-24T21:00",
      "  ekiden calendar plans S00001 --start 2026-12-24T18:00 --end 2026-12-24T21:00 --reasons"
    })
final class PlansCommand implements Callable<Integer> {
  private static final List<Field> BOOKABLE =
      List.of(
          new Field("PLAN", false, item -> Field.text(item.path("plan").path("code"))),
          new Field("NAME", false, item -> Field.text(item.path("plan").path("name"))),
          Field.number("UNITS", "units"),
          new Field("TOTAL", true, item -> Field.text(item.path("price").path("total"))),
          new Field("CURRENCY", false, item -> Field.text(item.path("price").path("currency"))));

  private static final List<Field> UNAVAILABLE =
      List.of(
          new Field("NOT BOOKABLE", false, item -> Field.text(item.path("plan").path("code"))),
          new Field("NAME", false, item -> Field.text(item.path("plan").path("name"))),
          new Field("REASONS", false, PlansCommand::reasons));

  private final CommandContext context;

  @Parameters(paramLabel = "SPACE", description = "Code of the space.")
  private String space = "";

  @Mixin private final TimeOptions time = new TimeOptions();

  @Option(names = "--reasons", description = "Also the other plans, and why not.")
  private boolean reasons;

  PlansCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("start", time.start());
    query.put("end", time.end());
    query.put("reasons", reasons ? "true" : null);
    String path = "%s/spaces/%s/plans".formatted(CalendarCommands.ROOT, ApiClient.encode(space));
    JsonNode answer = context.api().get(ApiClient.path(path, query));
    if (context.printer().output() == Output.json) {
      context.printer().one(answer, BOOKABLE);
      return ExitCode.OK;
    }
    list(answer.path("plans"), BOOKABLE);
    if (reasons) {
      if (context.printer().output() == Output.table) {
        context.printer().line("");
      }
      list(answer.path("unavailable"), UNAVAILABLE);
    }
    return ExitCode.OK;
  }

  private void list(JsonNode items, List<Field> fields) {
    context.printer().list(Json.MAPPER.createObjectNode().set("items", items), fields);
  }

  private static String reasons(JsonNode item) {
    return item.path("reasons")
        .valueStream()
        .map(reason -> Field.text(reason.path("code")))
        .reduce((a, b) -> a + ", " + b)
        .orElse("");
  }
}
