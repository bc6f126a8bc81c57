package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ekiden workers …}. */
@Command(
    name = "workers",
    description = "Shows the workers.",
    footer = {"", "Examples:", "  ekiden workers list"})
final class WorkersCommand {
  private static final List<Field> FIELDS =
      List.of(
          Field.number("ID", "id"),
          Field.of("WORKER", "name"),
          Field.of("HOST", "host"),
          Field.number("PID", "pid"),
          Field.time("STARTED", "startedAt"),
          Field.number("RUNNING", "running"),
          Field.number("CONCURRENCY", "concurrency"),
          new Field("QUEUES", false, item -> join(item.path("queues"))));

  private final CommandContext context;

  WorkersCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the workers that hold a lease.",
      footer = {"", "Examples:", "  ekiden workers list"})
  int list() {
    context.printer().list(context.api().get("/api/v1/workers"), FIELDS);
    return ExitCode.OK;
  }

  private static String join(JsonNode texts) {
    return texts.valueStream().map(Field::text).reduce((a, b) -> a + ", " + b).orElse("");
  }
}
