package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.ProgressBar;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar sync}. */
@Command(
    name = "sync",
    description = "Computes all calendars anew, in the background, and writes what differs.",
    footer = {"", "Examples:", "  ekiden calendar sync", "  ekiden calendar sync --wait"})
final class SyncCommand implements Callable<Integer> {
  static final List<Field> FIELDS =
      List.of(
          Field.of("id", "id"),
          Field.of("kind", "kind"),
          Field.of("plans", "total"),
          Field.of("refreshed", "refreshed"),
          Field.of("failed", "failed"),
          Field.of("days scanned", "scanned"),
          Field.of("days changed", "changed"),
          Field.time("started", "startedAt"),
          Field.time("finished", "finishedAt"));

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(250);

  private final CommandContext context;

  @Option(names = "--wait", description = "Wait until it is done and show how far it is.")
  private boolean wait;

  SyncCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    JsonNode sync = context.api().post(CalendarCommands.ROOT + "/sync");
    if (wait) {
      sync = await(context, sync);
    }
    context.printer().one(sync, FIELDS);
    return sync.path("failed").asInt() > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  static JsonNode await(CommandContext context, JsonNode begun) throws InterruptedException {
    String path = CalendarCommands.ROOT + "/syncs/" + Field.text(begun.path("id"));
    JsonNode sync = begun;
    try (ProgressBar bar =
        ProgressBar.start(context.terminal(), "sync, plans", begun.path("total").asLong())) {
      while (!sync.path("finished").asBoolean()) {
        Thread.sleep(BETWEEN_QUESTIONS);
        sync = context.api().get(path);
        bar.moveTo(sync.path("refreshed").asLong() + sync.path("failed").asLong());
      }
    }
    return sync;
  }
}
