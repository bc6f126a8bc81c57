package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ekiden calendar extend}. */
@Command(
    name = "extend",
    description = "Makes a confirmed reservation longer, also while it runs.",
    footer = {"", "Examples:", "  ekiden calendar extend TOKEN --end 2026-12-24T22:00"})
final class ExtendCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "TOKEN", description = "What `hold` printed.")
  private String token = "";

  @Option(
      names = "--end",
      required = true,
      paramLabel = "TIME",
      description = "On the venue's clock, or with an offset.")
  private String end = "";

  ExtendCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Reservations.post(context, token, "extend", Json.MAPPER.createObjectNode().put("end", end));
    return ExitCode.OK;
  }
}
