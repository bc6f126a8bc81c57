package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden queues …}. */
@Command(
    name = "queues",
    description = "Shows queues, pauses and resumes them, and runs their failed jobs again.",
    footer = {"", "Examples:", "  ekiden queues list"})
final class QueuesCommand {
  private static final String QUEUES = "/api/v1/queues";

  private static final List<Field> COUNTS =
      List.of(
          Field.number("READY", "ready"),
          Field.number("SCHEDULED", "scheduled"),
          Field.number("BLOCKED", "blocked"),
          Field.number("RUNNING", "running"),
          Field.seconds("OLDEST", "oldestReadySeconds"));

  private static final List<Field> HEAD =
      List.of(
          Field.number("POSITION", "position"),
          Field.number("ID", "id"),
          Field.of("DEFINITION", "definition"),
          Field.of("STATE", "state"),
          Field.number("PRIORITY", "priority"),
          Field.time("CREATED", "createdAt"),
          new Field("WHY", false, job -> Field.text(job.path("reasons").path(0).path("text"))));

  private static final List<Field> FIELDS =
      Stream.of(
              List.of(Field.of("QUEUE", "name")),
              COUNTS,
              List.of(Field.time("PAUSED", "pausedAt"), Field.of("REASON", "pausedReason")))
          .flatMap(List::stream)
          .toList();

  private final CommandContext context;

  QueuesCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the queues and how they stand.",
      footer = {"", "Examples:", "  ekiden queues list -o json"})
  int list() {
    context.printer().list(context.api().get(QUEUES), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "head",
      description = "Shows the jobs of a queue that go next, and why each has not started yet.",
      footer = {
        "",
        "Examples:",
        "  ekiden queues head mail",
        "  ekiden queues head mail --limit 5 -o json"
      })
  int head(
      @Parameters(paramLabel = "QUEUE", description = "The queue.") String queue,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "Most jobs to show, up to 100 (default: 20).")
          int limit) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("limit", limit);
    context.printer().list(context.api().get(ApiClient.path(path(queue, "head"), query)), HEAD);
    return ExitCode.OK;
  }

  @Command(
      name = "depth",
      description = "Shows how many jobs of a queue stand where, by definition or by group.",
      footer = {
        "",
        "Examples:",
        "  ekiden queues depth mail",
        "  ekiden queues depth mail --by group --limit 10",
        "  ekiden queues depth mail --by group --only acme"
      })
  int depth(
      @Parameters(paramLabel = "QUEUE", description = "The queue.") String queue,
      @Option(
              names = "--by",
              paramLabel = "WHAT",
              defaultValue = "definition",
              description = "definition or group (default: definition).")
          String by,
      @Option(
              names = "--only",
              paramLabel = "NAME",
              description = "Only this definition, or this group.")
          @Nullable String only,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "Those with most jobs, up to 1000 (default: 100).")
          int limit) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("by", by);
    query.put("only", only);
    query.put("limit", limit);
    List<Field> fields = new ArrayList<>();
    fields.add(
        by.equals("group") ? Field.of("GROUP", "group") : Field.of("DEFINITION", "definition"));
    fields.addAll(COUNTS);
    context.printer().list(context.api().get(ApiClient.path(path(queue, "depth"), query)), fields);
    return ExitCode.OK;
  }

  @Command(
      name = "pause",
      description = "Starts no more jobs of a queue; what runs goes on.",
      footer = {"", "Examples:", "  ekiden queues pause mail --reason 'provider is down'"})
  int pause(
      @Parameters(paramLabel = "QUEUE", description = "The queue.") String queue,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              description = "Shown to everybody who asks why.")
          @Nullable String reason) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    if (reason != null) {
      body.put("reason", reason);
    }
    context.printer().one(context.api().post(path(queue, "pause"), body), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "resume",
      description = "Starts jobs of a paused queue again.",
      footer = {"", "Examples:", "  ekiden queues resume mail"})
  int resume(@Parameters(paramLabel = "QUEUE", description = "The queue.") String queue) {
    context.printer().one(context.api().post(path(queue, "resume")), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "redrive",
      description = "Runs all failed jobs of a queue again, after showing how many there are.",
      footer = {
        "",
        "Examples:",
        "  ekiden queues redrive mail",
        "  ekiden queues redrive mail --yes"
      })
  int redrive(
      @Parameters(paramLabel = "QUEUE", description = "The queue.") String queue,
      @Option(names = "--dry-run", description = "Only count them.") boolean dryRun,
      @Option(
              names = {"-y", "--yes"},
              description = "Do not ask.")
          boolean yes) {
    List<Field> fields =
        List.of(
            Field.of("queue", "queue"), Field.of("jobs", "jobs"), Field.of("dry run", "dryRun"));
    JsonNode count = context.api().post(path(queue, "redrive") + "?dryRun=true");
    if (dryRun || count.path("jobs").asLong() == 0) {
      context.printer().one(count, fields);
      return ExitCode.OK;
    }
    context
        .terminal()
        .confirm(
            "Run %s%s failed jobs of queue %s again?"
                .formatted(
                    Field.text(count.path("jobs")),
                    count.path("more").asBoolean() ? " or more" : "",
                    queue),
            yes);
    context.printer().one(context.api().post(path(queue, "redrive")), fields);
    return ExitCode.OK;
  }

  @Command(
      name = "release-key",
      description = "Lets a serial key go on that stopped because its job failed.",
      footer = {"", "Examples:", "  ekiden queues release-key mail account-7"})
  int releaseKey(
      @Parameters(paramLabel = "QUEUE", description = "The queue.") String queue,
      @Parameters(paramLabel = "KEY", description = "The key.") String key) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("key", key);
    context
        .printer()
        .one(
            context.api().post(path(queue, "release-key"), body),
            List.of(
                Field.of("queue", "queue"),
                Field.of("key", "key"),
                Field.of("released", "released")));
    return ExitCode.OK;
  }

  private static String path(String queue, String verb) {
    return QUEUES + "/" + ApiClient.encode(queue) + "/" + verb;
  }
}
