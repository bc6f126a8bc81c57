package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.Field;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar diff-sync}. */
@Command(
    name = "diff-sync",
    description = "Refreshes the calendars that are out of date, and only those.",
    footer = {"", "Examples:", "  ekiden calendar diff-sync"})
final class DiffSyncCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("stale plans", "stale"),
          Field.of("expired holds", "expiredHolds"),
          new Field("sync", false, item -> Field.text(item.path("sync").path("id"))));

  private final CommandContext context;

  DiffSyncCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonNode begun = context.api().post(CalendarCommands.ROOT + "/diff-sync");
    context.printer().one(begun, FIELDS);
    return ExitCode.OK;
  }
}
