package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar change}. */
@Command(
    name = "change",
    description = {
      "Gives a confirmed reservation another time or plan, at the price that it has there.",
      "It keeps what it has if that cannot be booked."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar change TOKEN --start 2026-12-25T18:00 --end 2026-12-25T21:00",
      "  ekiden calendar change TOKEN --plan P000002 --start 2026-12-24T18:00 --end 2026-12-24T21:00"
    })
final class ChangeCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "TOKEN", description = "What `hold` printed.")
  private String token = "";

  @Mixin private final TimeOptions time = new TimeOptions();

  @Option(
      names = "--plan",
      paramLabel = "PLAN",
      description = "Code of another plan; it stays with its own if not given.")
  private @Nullable String plan;

  ChangeCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode body =
        Json.MAPPER.createObjectNode().put("start", time.start()).put("end", time.end());
    if (plan != null) {
      body.put("plan", plan);
    }
    Reservations.post(context, token, "change", body);
    return ExitCode.OK;
  }
}
