package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar feeds …}. */
@Command(
    name = "feeds",
    description = "Secret addresses at which other calendars read when a space is busy.",
    footer = {"", "Examples:", "  ekiden calendar feeds create S00001 --name google"})
final class FeedsCommand {
  private static final List<Field> FEEDS =
      List.of(Field.of("FEED", "id"), Field.of("NAME", "name"), Field.time("MADE", "createdAt"));

  private static final List<Field> CREATED =
      List.of(
          Field.of("feed", "id"),
          Field.of("name", "name"),
          Field.of("path", "path"),
          Field.of("as free/busy", "freeBusyPath"),
          Field.of("as availability", "availabilityPath"));

  private final CommandContext context;

  FeedsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the feeds of a space, without their addresses.",
      footer = {"", "Examples:", "  ekiden calendar feeds list S00001"})
  int list(@Parameters(paramLabel = "SPACE", description = "Code of the space.") String space) {
    context.printer().list(context.api().get(path(space)), FEEDS);
    return ExitCode.OK;
  }

  @Command(
      name = "create",
      description = {
        "Makes a secret address for a space and prints its path on the public listener.",
        "It tells busy times only, and cannot be shown again."
      },
      footer = {"", "Examples:", "  ekiden calendar feeds create S00001 --name google"})
  int create(
      @Parameters(paramLabel = "SPACE", description = "Code of the space.") String space,
      @Option(
              names = "--name",
              required = true,
              paramLabel = "TEXT",
              description = "To know which to revoke.")
          String name) {
    JsonNode created =
        context.api().post(path(space), Json.MAPPER.createObjectNode().put("name", name));
    context.printer().one(created, CREATED);
    if (context.printer().output() == Output.table) {
      context
          .terminal()
          .say("Whoever has this address can read it; keep it now, it is not stored.");
    }
    return ExitCode.OK;
  }

  @Command(
      name = "revoke",
      description = "Makes an address answer no more.",
      footer = {"", "Examples:", "  ekiden calendar feeds revoke S00001 17"})
  int revoke(
      @Parameters(paramLabel = "SPACE", description = "Code of the space.") String space,
      @Parameters(paramLabel = "FEED", description = "Its number.") String feed) {
    context.api().delete(path(space) + "/" + ApiClient.encode(feed));
    context.terminal().say("Revoked.");
    return ExitCode.OK;
  }

  private static String path(String space) {
    return "%s/spaces/%s/feeds".formatted(CalendarCommands.ROOT, ApiClient.encode(space));
  }
}
