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

/** {@code ekiden calendar changes}. */
@Command(
    name = "changes",
    description = "Tells partners which calendars changed after a cursor, with all their days.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar changes --after 4711 -o jsonl >> changes.jsonl",
      "  ekiden calendar changes --days 30 --limit 10",
      "",
      "The cursor to begin with is that of the file: `ekiden calendar bulk-feeds list -o json`."
    })
final class ChangesCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("PLAN", "plan"),
          Field.of("PUBLISHED", "published"),
          new Field("VERSION", true, item -> Field.text(item.path("days").path(0).path("version"))),
          new Field("DAYS", true, item -> Integer.toString(item.path("days").size())));

  private final CommandContext context;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Where the last page ended; 0 for all plans (default: 0).")
  private @Nullable Long after;

  @Option(names = "--days", paramLabel = "N", description = "From today (default: 90).")
  private @Nullable Integer days;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Most plans, up to 200 (default: 200).")
  private @Nullable Integer limit;

  ChangesCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("after", after);
    query.put("days", days);
    query.put("limit", limit);
    JsonNode page = context.api().get(ApiClient.path(CalendarCommands.ROOT + "/changes", query));
    context.printer().list(page, FIELDS);
    context
        .terminal()
        .say(
            "%s: --after %s"
                .formatted(
                    page.path("more").asBoolean() ? "There are more" : "Go on later",
                    Field.text(page.path("next"))));
    return ExitCode.OK;
  }
}
