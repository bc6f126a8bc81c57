package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar search}. */
@Command(
    name = "search",
    description = "Finds plans of all spaces that can be booked at a time, by price and size.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar search --start 2026-12-24T18:00 --end 2026-12-24T21:00 --capacity 10",
      "  ekiden calendar search --start 2026-12-24T18:00 --end 2026-12-24T21:00 --max-total 9000"
    })
final class SearchCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          new Field("PLAN", false, item -> Field.text(item.path("plan").path("code"))),
          new Field("SPACE", false, item -> Field.text(item.path("space").path("code"))),
          new Field("NAME", false, item -> Field.text(item.path("space").path("name"))),
          Field.number("PEOPLE", "capacity"),
          Field.number("UNITS", "units"),
          new Field("TOTAL", true, item -> Field.text(item.path("price").path("total"))),
          new Field("CURRENCY", false, item -> Field.text(item.path("price").path("currency"))));

  private final CommandContext context;

  @Mixin private final TimeOptions time = new TimeOptions();

  @Option(names = "--capacity", paramLabel = "N", description = "People it must hold.")
  private @Nullable Integer capacity;

  @Option(names = "--units", paramLabel = "N", description = "Units that must be free.")
  private @Nullable Integer units;

  @Option(names = "--min-total", paramLabel = "N", description = "Least total, in minor units.")
  private @Nullable Long minTotal;

  @Option(names = "--max-total", paramLabel = "N", description = "Highest total.")
  private @Nullable Long maxTotal;

  @Option(
      names = "--currency",
      paramLabel = "CODE",
      description = "Of the totals; JPY if only they are given.")
  private @Nullable String currency;

  @Option(names = "--venue", paramLabel = "CODE", description = "Only this venue.")
  private @Nullable String venue;

  @Mixin private final PageOptions pages = new PageOptions();

  SearchCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("start", time.start());
    query.put("end", time.end());
    query.put("capacity", capacity);
    query.put("units", units);
    query.put("minTotal", minTotal);
    query.put("maxTotal", maxTotal);
    query.put("currency", currency);
    query.put("venue", venue);
    JsonNode page =
        pages.show(context, CalendarCommands.ROOT + "/search", query, FIELDS, "There may be more");
    if (!page.path("ready").asBoolean()) {
      context
          .terminal()
          .say("Not all of these days have been computed yet: `ekiden calendar diff-sync`.");
    }
    return ExitCode.OK;
  }
}
