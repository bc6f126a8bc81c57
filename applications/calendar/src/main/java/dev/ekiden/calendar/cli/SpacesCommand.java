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

  @Mixin private final PageOptions pages = new PageOptions();

  SpacesCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("name", name);
    query.put("venue", venue);
    pages.show(context, CalendarCommands.ROOT + "/spaces", query, FIELDS, "There are more");
    return ExitCode.OK;
  }
}
