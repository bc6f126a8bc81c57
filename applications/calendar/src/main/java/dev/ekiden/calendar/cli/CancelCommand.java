package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ekiden calendar cancel}. */
@Command(
    name = "cancel",
    description =
        "Takes a reservation back and frees its time, as the guest would; may be repeated.",
    footer = {"", "Examples:", "  ekiden calendar cancel TOKEN"})
final class CancelCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "TOKEN", description = "What `hold` printed.")
  private String token = "";

  CancelCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Reservations.post(context, token, "cancel");
    return ExitCode.OK;
  }
}
