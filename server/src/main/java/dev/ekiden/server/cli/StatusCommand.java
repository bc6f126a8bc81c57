package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code ekiden status}. */
@Command(
    name = "status",
    description = "Shows the server that runs here.",
    footer = {"", "Examples:", "  ekiden status", "  ekiden status -o json"})
final class StatusCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("address", "address"),
          Field.of("version", "version"),
          Field.of("role", "role"),
          Field.of("process", "pid"),
          Field.time("started", "startedAt"),
          Field.seconds("up for", "uptimeSeconds"),
          new Field("database", false, item -> Field.text(item.path("database").path("url"))),
          new Field(
              "applications",
              false,
              item ->
                  item.path("applications")
                      .valueStream()
                      .map(application ->
                          (Field.text(application.path("name"))
                                  + " "
                                  + Field.text(application.path("publicAddress")))
                              .strip())
                      .reduce((a, b) -> a + "\n" + b)
                      .orElse("")));

  private final CommandContext context;

  StatusCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    context.printer().one(context.api().get("/api/v1/status"), FIELDS);
    return ExitCode.OK;
  }
}
