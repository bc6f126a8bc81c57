package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Options of verbs that do something to all jobs of a filter, and how they do it. */
final class BulkOptions {
  private static final String BULK = "/api/v1/bulk";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("operation", "id"),
          Field.of("jobs", "total"),
          Field.of("changed", "changed"),
          Field.of("skipped", "skipped"),
          Field.of("finished", "finished"));

  @Option(names = "--dry-run", description = "Only count the jobs.")
  private boolean dryRun;

  @Option(
      names = "--operation",
      paramLabel = "ID",
      description = "Goes on with an operation that was interrupted; it is told when one begins.")
  private @Nullable String operation;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  ObjectNode request(String action, JobSelection selection) {
    ObjectNode request = Json.MAPPER.createObjectNode().put("action", action);
    request.set("filter", selection.filter());
    return request;
  }

  /** Counts, asks, and repeats the request until all is done. */
  int run(CommandContext context, ObjectNode request, String question) {
    JsonNode count = context.api().post(BULK, request.deepCopy().put("dryRun", true));
    if (dryRun) {
      context.printer().one(count, List.of(Field.of("jobs", "total")));
      return ExitCode.OK;
    }
    if (operation == null) {
      if (count.path("total").asLong() > 0) {
        context.terminal().confirm(question.formatted(Field.text(count.path("total"))), yes);
      }
      operation = UUID.randomUUID().toString();
    }
    request.put("id", operation);
    while (true) {
      JsonNode progress = context.api().post(BULK, request);
      if (progress.path("finished").asBoolean()) {
        context.printer().one(progress, FIELDS);
        return ExitCode.OK;
      }
      context
          .terminal()
          .say(
              "%s of %s jobs; if this is interrupted, go on with --operation %s"
                  .formatted(
                      Field.text(progress.path("changed")),
                      Field.text(progress.path("total")),
                      operation));
    }
  }
}
