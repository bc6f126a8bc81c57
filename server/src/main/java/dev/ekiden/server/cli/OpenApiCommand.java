package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ekiden openapi}. */
@Command(
    name = "openapi",
    description = "Prints the OpenAPI document of the server or of an application.",
    footer = {"", "Examples:", "  ekiden openapi > ekiden.yaml", "  ekiden openapi calendar"})
final class OpenApiCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "APPLICATION",
      description = "The application; the server itself if not given.")
  @Nullable String application;

  private final CommandContext context;

  OpenApiCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    String prefix = application == null ? "" : "/" + ApiClient.encode(application);
    context.terminal().out().print(context.api().text(prefix + "/openapi.yaml"));
    context.terminal().out().flush();
    return ExitCode.OK;
  }
}
