package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ekiden overview}. */
@Command(
    name = "overview",
    description = "Shows how all queues stand, and what needs attention.",
    footer = {"", "Examples:", "  ekiden overview", "  ekiden overview -o json"})
final class OverviewCommand implements Callable<Integer> {
  private static final List<Field> QUEUES =
      List.of(
          Field.of("QUEUE", "name"),
          Field.number("READY", "ready"),
          Field.number("SCHEDULED", "scheduled"),
          Field.number("BLOCKED", "blocked"),
          Field.number("RUNNING", "running"),
          Field.seconds("OLDEST", "oldestReadySeconds"),
          Field.number("ENQUEUED", "enqueued"),
          Field.number("SUCCEEDED", "succeeded"),
          Field.number("FAILED", "failed"),
          Field.number("RETRIED", "retried"));

  private final CommandContext context;

  OverviewCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonNode overview = context.api().get("/api/v1/overview");
    if (context.printer().output() != Output.table) {
      context.printer().one(overview, List.of());
      return ExitCode.OK;
    }
    context
        .printer()
        .list(Json.MAPPER.createObjectNode().set("items", overview.path("queues")), QUEUES);
    JsonNode workers = overview.path("workers");
    context
        .printer()
        .line(
            "\n%s workers with %s places run %s jobs; counts are of the last %d minutes."
                .formatted(
                    Field.text(workers.path("workers")),
                    Field.text(workers.path("places")),
                    Field.text(workers.path("running")),
                    overview.path("recentSeconds").asLong(0) / 60));
    overview
        .path("attention")
        .forEach(one ->
            context
                .printer()
                .line(
                    "%s: %s"
                        .formatted(Field.text(one.path("kind")), Field.text(one.path("text")))));
    return ExitCode.OK;
  }
}
