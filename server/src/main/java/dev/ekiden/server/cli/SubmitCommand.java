package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden jobs submit}. */
@Command(
    name = "submit",
    description = "Enqueues a job, or one per line of a JSONL file.",
    footer = {
      "",
      "Examples:",
      "  ekiden jobs submit greet --payload '{\"name\":\"Aiko\"}' --wait",
      "  ekiden jobs submit greet --payload @greeting.json --delay 10m",
      "  ekiden jobs submit greet --group acme --key serial:account-7",
      "  ekiden jobs submit greet --key limit:tenant-1:3",
      "  ekiden jobs submit greet --key unique:order-4711:1h",
      "  ekiden jobs submit greet --lines payloads.jsonl",
      "  ekiden jobs submit sort-numbers --parameter input=/data/numbers.txt --wait",
      "",
      "Put a definition of yours in place of greet: `ekiden definitions list` shows them."
    })
final class SubmitCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "DEFINITION", description = "What kind of job.")
  private String definition = "";

  @Option(
      names = "--payload",
      paramLabel = "JSON",
      description = "The payload; @FILE reads a file, - standard input.")
  private @Nullable String payload;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "A parameter of a definition that was applied from a file; once for each.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--lines",
      paramLabel = "FILE",
      description = "Enqueues a job per line, each line a payload, at most 10000.")
  private @Nullable Path lines;

  @Option(names = "--priority", paramLabel = "N", description = "0 (last) to 9 (first).")
  private @Nullable Integer priority;

  @Option(names = "--coalesce", paramLabel = "KEY", description = "COALESCE key of the job.")
  private @Nullable String coalesce;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "serial:NAME (one at a time, in order), limit:NAME:3 (three at a time),"
              + " coalesce:NAME, or unique:NAME:1h (once in an hour).")
  private @Nullable String key;

  @Option(names = "--group", paramLabel = "GROUP", description = "The tenant it belongs to.")
  private @Nullable String group;

  @Option(
      names = "--request-id",
      paramLabel = "KEY",
      description = "Sending the same again within 24 hours enqueues nothing new.")
  private @Nullable String requestId;

  @Option(names = "--delay", paramLabel = "TIME", description = "Run it after 30s, 5m, 2h…")
  private @Nullable Duration delay;

  @Option(names = "--at", paramLabel = "TIME", description = "Run it at 2026-12-24T09:00:00Z.")
  private @Nullable String at;

  @Option(names = "--wait", description = "Wait until it has ended.")
  private boolean wait;

  SubmitCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode job = job();
    if (lines != null) {
      if (payload != null || requestId != null || wait || !parameters.isEmpty()) {
        throw CommandException.usage(
            "--lines does not go with --payload, --parameter, --request-id or --wait");
      }
      return submitLines(job, lines);
    }
    if (!parameters.isEmpty()) {
      if (payload != null) {
        throw CommandException.usage("give --payload or --parameter, not both");
      }
      ObjectNode given = job.putObject("parameters");
      parameters.forEach(given::put);
    }
    if (payload != null) {
      job.set("payload", JsonArgument.read(context, payload));
    }
    JsonNode enqueued =
        context
            .api()
            .post(
                JobsCommand.JOBS,
                job,
                requestId == null ? Map.of() : Map.of("Idempotency-Key", requestId));
    if (wait) {
      return new JobDetails(context).await(enqueued.path("id").asLong(), null);
    }
    context.printer().one(enqueued, List.of(Field.of("id", "id"), Field.of("created", "created")));
    return ExitCode.OK;
  }

  /** What all jobs of this call have in common. */
  private ObjectNode job() {
    ObjectNode job = Json.MAPPER.createObjectNode().put("definition", definition);
    if (priority != null) {
      job.put("priority", priority);
    }
    if (key != null && coalesce != null) {
      throw CommandException.usage("give --key or --coalesce, not both");
    }
    if (coalesce != null) {
      job.putObject("key").put("kind", "coalesce").put("value", coalesce);
    }
    if (key != null) {
      job.set("key", Keys.parse(key));
    }
    if (group != null) {
      job.put("group", group);
    }
    if (delay != null) {
      job.put("delaySeconds", delay.toMillis() / 1_000.0);
    }
    if (at != null) {
      job.put("startAt", at);
    }
    return job;
  }

  private int submitLines(ObjectNode template, Path file) {
    ArrayNode jobs = Json.MAPPER.createArrayNode();
    List<String> lines = readLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          jobs.add(template.deepCopy().set("payload", Json.MAPPER.readTree(lines.get(i))));
        } catch (JacksonException e) {
          throw CommandException.usage(
              "%s, line %d: not JSON: %s".formatted(file, i + 1, e.getOriginalMessage()));
        }
      }
    }
    if (jobs.isEmpty()) {
      throw CommandException.usage(file + " has no lines");
    }
    JsonNode enqueued = context.api().post(JobsCommand.JOBS, jobs);
    ObjectNode listing = Json.MAPPER.createObjectNode();
    listing.set("items", enqueued);
    context
        .printer()
        .list(listing, List.of(Field.number("ID", "id"), Field.of("CREATED", "created")));
    return ExitCode.OK;
  }

  private static List<String> readLines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + file + ": " + e);
    }
  }
}
