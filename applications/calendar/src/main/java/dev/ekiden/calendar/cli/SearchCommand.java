package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--start",
      required = true,
      paramLabel = "TIME",
      description = "On the clock of each venue, or with an offset.")
  private String start = "";

  @Option(names = "--end", required = true, paramLabel = "TIME", description = "The same.")
  private String end = "";

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

  @Option(names = "--after", paramLabel = "ID", description = "Begin after this page.")
  private @Nullable String after;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 20).")
  private @Nullable Integer limit;

  SearchCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("start", start);
    query.put("end", end);
    query.put("capacity", capacity);
    query.put("units", units);
    query.put("minTotal", minTotal);
    query.put("maxTotal", maxTotal);
    query.put("currency", currency);
    query.put("venue", venue);
    query.put("after", after);
    query.put("limit", limit);
    JsonNode page = context.api().get(ApiClient.path(CalendarCommands.ROOT + "/search", query));
    context.printer().list(page, FIELDS);
    if (page.has("next")) {
      context.terminal().say("There may be more: --after " + Field.text(page.path("next")));
    }
    if (!page.path("ready").asBoolean()) {
      context
          .terminal()
          .say("Not all of these days have been computed yet: `ekiden calendar diff-sync`.");
    }
    return ExitCode.OK;
  }
}
