package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Field;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar hold}. */
@Command(
    name = "hold",
    description = "Holds a time for some minutes and prints the token that confirms it.",
    footer = {
      "",
      "Examples:",
      "  ekiden calendar hold P000001 --start 2026-12-24T18:00 --end 2026-12-24T21:00",
      "  ekiden calendar hold P000001 --start 2026-12-24T18:00 --end 2026-12-24T21:00 --for 10m"
    })
final class HoldCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("token", "token"),
          Field.of("plan", "plan"),
          Field.of("start", "start"),
          Field.of("end", "end"),
          new Field("total", false, item -> Field.text(item.path("price").path("total"))),
          new Field("currency", false, item -> Field.text(item.path("price").path("currency"))),
          Field.of("expires", "expiresAt"));

  private final CommandContext context;

  @Parameters(paramLabel = "PLAN", description = "Code of the plan.")
  private String plan = "";

  @Mixin private final TimeOptions time = new TimeOptions();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long to hold it, 1s to 1h (default: 5m).")
  private @Nullable Duration holdFor;

  HoldCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode body =
        Json.MAPPER
            .createObjectNode()
            .put("plan", plan)
            .put("start", time.start())
            .put("end", time.end());
    if (holdFor != null) {
      body.put("holdSeconds", holdFor.toSeconds());
    }
    context.printer().one(context.api().post(CalendarCommands.ROOT + "/holds", body), FIELDS);
    return ExitCode.OK;
  }
}
