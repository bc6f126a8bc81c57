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

/** {@code ekiden calendar spaces}. */
@Command(
    name = "spaces",
    description = "Finds spaces by name or venue.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar spaces --name 会議室",
      "  ekiden calendar spaces --venue V0001 -o json"
    })
final class SpacesCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("SPACE", "code"),
          Field.of("NAME", "name"),
          new Field("VENUE", false, item -> Field.text(item.path("venue").path("code"))),
          new Field("VENUE NAME", false, item -> Field.text(item.path("venue").path("name"))),
          new Field("ZONE", false, item -> Field.text(item.path("venue").path("zone"))));

  private final CommandContext context;

  @Option(
      names = "--name",
      paramLabel = "TEXT",
      description = "Part of the space's or venue's name.")
  private @Nullable String name;

  @Option(names = "--venue", paramLabel = "CODE", description = "Spaces of this venue.")
  private @Nullable String venue;

  @Option(names = "--after", paramLabel = "CODE", description = "Begin after this space.")
  private @Nullable String after;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 20).")
  private @Nullable Integer limit;

  SpacesCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("name", name);
    query.put("venue", venue);
    query.put("after", after);
    query.put("limit", limit);
    JsonNode page = context.api().get(ApiClient.path(CalendarCommands.ROOT + "/spaces", query));
    context.printer().list(page, FIELDS);
    if (page.has("next")) {
      context.terminal().say("There are more: --after " + Field.text(page.path("next")));
    }
    return ExitCode.OK;
  }
}
