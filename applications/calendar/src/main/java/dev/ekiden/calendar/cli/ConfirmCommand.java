package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ekiden calendar confirm}. */
@Command(
    name = "confirm",
    description = "Makes a held reservation final; may be repeated.",
    footer = {"", "Examples:", "  ekiden calendar confirm TOKEN"})
final class ConfirmCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "TOKEN", description = "What `hold` printed.")
  private String token = "";

  ConfirmCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Reservations.post(context, token, "confirm");
    return ExitCode.OK;
  }
}
