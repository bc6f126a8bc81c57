package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ekiden calendar blocks …}. */
@Command(
    name = "blocks",
    description = "Shows and removes calendars of other systems that block a space or a resource.",
    footer = {"", "Examples:", "  ekiden calendar blocks list --space S00001"})
final class BlocksCommand {
  private static final List<Field> SOURCES =
      List.of(
          Field.of("SOURCE", "source"),
          Field.of("RESOURCE", "resource"),
          Field.number("BLOCKS", "blocks"),
          Field.time("IMPORTED", "importedAt"),
          Field.time("FOLLOWED UNTIL", "through"));

  private final CommandContext context;

  BlocksCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the calendars that block a space, or a resource.",
      footer = {
        "",
        "Examples:",
        "  ekiden calendar blocks list --space S00001",
        "  ekiden calendar blocks list --resource hall-a -o json"
      })
  int list(@ArgGroup(multiplicity = "1") BlockTarget target) {
    context.printer().list(context.api().get(target.path()), SOURCES);
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Forgets a calendar; what it blocked is free again.",
      footer = {"", "Examples:", "  ekiden calendar blocks remove google --space S00001"})
  int remove(
      @Parameters(paramLabel = "SOURCE", description = "What it was called.") String source,
      @ArgGroup(multiplicity = "1") BlockTarget target) {
    context.api().delete(target.path() + "/" + ApiClient.encode(source));
    context.terminal().say("Removed; its calendars are being refreshed.");
    return ExitCode.OK;
  }
}
