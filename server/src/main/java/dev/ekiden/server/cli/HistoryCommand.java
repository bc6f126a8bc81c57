package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden history}. */
@Command(
    name = "history",
    description = "Shows what queues did over time, and how deep they were.",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ekiden history --queue mail",
      "  ekiden history --from 2026-12-24T00:00:00Z --to 2026-12-25T00:00:00Z -o jsonl"
    })
final class HistoryCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("QUEUE", "queue"),
          Field.time("TIME", "at"),
          Field.number("ENQUEUED", "enqueued"),
          Field.number("SUCCEEDED", "succeeded"),
          Field.number("FAILED", "failed"),
          Field.number("RETRIED", "retried"),
          Field.number("READY", "ready"),
          Field.number("SCHEDULED", "scheduled"),
          Field.number("BLOCKED", "blocked"),
          Field.number("RUNNING", "running"),
          Field.seconds("OLDEST", "oldestReadySeconds"));

  private final CommandContext context;

  @Option(names = "--queue", paramLabel = "QUEUE", description = "Only this queue.")
  private @Nullable String queue;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Since then; an hour before --to if not given.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Up to then; now if not given.")
  private @Nullable String to;

  HistoryCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("queue", queue);
    query.put("from", from);
    query.put("to", to);
    JsonNode history = context.api().get(ApiClient.path("/api/v1/history", query));
    if (context.printer().output() == Output.json) {
      context.printer().one(history, List.of());
      return ExitCode.OK;
    }
    ObjectNode flat = Json.MAPPER.createObjectNode();
    ArrayNode points = flat.putArray("items");
    for (JsonNode one : history.path("items")) {
      for (JsonNode point : one.path("points")) {
        ObjectNode row = points.addObject();
        row.set("queue", one.path("queue"));
        row.setAll((ObjectNode) point);
      }
    }
    context.printer().list(flat, FIELDS);
    return ExitCode.OK;
  }
}
