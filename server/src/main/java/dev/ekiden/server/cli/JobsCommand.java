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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden jobs …}. */
@Command(
    name = "jobs",
    description = "Submits jobs, shows them and steers them.",
    footer = {"", "Examples:", "  ekiden jobs list --state failed", "  ekiden jobs get 4711"})
final class JobsCommand {
  private static final String JOBS = "/api/v1/jobs";
  private static final int MAX_PAGE = 1_000;
  private static final int MAX_LISTED = 100_000;

  /** The server answers a waiting request within this time, so that no proxy gives it up. */
  private static final Duration LONGEST_POLL = Duration.ofSeconds(25);

  private static final List<Field> SUMMARY =
      List.of(
          Field.number("ID", "id"),
          Field.of("DEFINITION", "definition"),
          Field.of("QUEUE", "queue"),
          Field.of("STATE", "state"),
          Field.number("PRIORITY", "priority"),
          Field.number("ATTEMPT", "attempt"),
          Field.time("CREATED", "createdAt"),
          Field.time("FINISHED", "finishedAt"),
          Field.of("KEY", "key"));

  private static final List<Field> DETAIL =
      List.of(
          Field.of("id", "id"),
          Field.of("definition", "definition"),
          Field.of("queue", "queue"),
          Field.of("state", "state"),
          Field.of("priority", "priority"),
          Field.of("key", "key"),
          Field.of("key kind", "keyKind"),
          Field.time("created", "createdAt"),
          Field.time("due", "runAt"),
          Field.time("started", "startedAt"),
          Field.time("finished", "finishedAt"),
          Field.of("attempt", "attempt"),
          Field.of("failures", "failures"),
          Field.of("blocked by", "blocker"),
          Field.of("coalesced into", "coalescedInto"),
          Field.of("group", "group"),
          Field.time("start before", "startBefore"),
          Field.of("clone of", "cloneOf"),
          Field.of("parent", "parent"),
          Field.of("array index", "arrayIndex"),
          Field.of("payload", "payload"),
          Field.of("result", "result"),
          Field.of("error type", "errorType"),
          Field.of("error", "error"));

  private static final List<Field> ATTEMPTS =
      List.of(
          Field.number("ATTEMPT", "number"),
          Field.of("OUTCOME", "outcome"),
          Field.number("WORKER", "worker"),
          Field.time("CLAIMED", "claimedAt"),
          Field.time("STARTED", "startedAt"),
          Field.time("ENDED", "endedAt"),
          Field.of("ERROR", "errorType"));

  private final CommandContext context;

  JobsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists jobs, newest first.",
      footer = {
        "",
        "Examples:",
        "  ekiden jobs list --queue mail --state ready,running",
        "  ekiden jobs list --from 2026-12-24T00:00:00Z --limit 5000 -o jsonl"
      })
  int list(
      @Option(
              names = "--state",
              split = ",",
              paramLabel = "STATE",
              description =
                  "scheduled, blocked, ready, running, succeeded, failed or canceled; several with"
                      + " commas.")
          @Nullable List<String> states,
      @Option(names = "--queue", paramLabel = "QUEUE", description = "Jobs of this queue.")
          @Nullable String queue,
      @Option(
              names = "--definition",
              paramLabel = "DEFINITION",
              description = "Jobs of this definition.")
          @Nullable String definition,
      @Option(names = "--key", paramLabel = "KEY", description = "Jobs with this key.")
          @Nullable String key,
      @Option(names = "--group", paramLabel = "GROUP", description = "Jobs of this group.")
          @Nullable String group,
      @Option(names = "--from", paramLabel = "TIME", description = "Enqueued at or after.")
          @Nullable String from,
      @Option(names = "--before", paramLabel = "TIME", description = "Enqueued before.")
          @Nullable String before,
      @Option(
              names = "--cursor",
              paramLabel = "CURSOR",
              description = "Go on where a listing ended.")
          @Nullable String cursor,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "Most jobs to list, up to 100000 (default: 50).")
          int limit) {
    if (limit < 1 || limit > MAX_LISTED) {
      throw CommandException.usage("--limit must be 1 to " + MAX_LISTED + ", not " + limit);
    }
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("state", states == null ? null : String.join(",", states));
    query.put("queue", queue);
    query.put("definition", definition);
    query.put("key", key);
    query.put("group", group);
    query.put("from", from);
    query.put("before", before);
    query.put("cursor", cursor);
    ObjectNode listing = collect(query, limit);
    context.printer().list(listing, SUMMARY);
    if (listing.has("next")) {
      context
          .terminal()
          .say(
              "There are more; raise --limit or go on with --cursor "
                  + Field.text(listing.get("next")));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Shows one job with its attempts.",
      footer = {"", "Examples:", "  ekiden jobs get 4711", "  ekiden jobs get 4711 -o json"})
  int get(@Parameters(paramLabel = "ID", description = "The job.") long id) {
    print(context.api().get(JOBS + "/" + id));
    return ExitCode.OK;
  }

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
        "",
        "Put a definition of yours in place of greet: `ekiden definitions list` shows them."
      })
  int submit(
      @Parameters(paramLabel = "DEFINITION", description = "What kind of job.") String definition,
      @Option(
              names = "--payload",
              paramLabel = "JSON",
              description = "The payload; @FILE reads a file, - standard input.")
          @Nullable String payload,
      @Option(
              names = "--lines",
              paramLabel = "FILE",
              description = "Enqueues a job per line, each line a payload, at most 10000.")
          @Nullable Path lines,
      @Option(names = "--priority", paramLabel = "N", description = "0 (last) to 9 (first).")
          @Nullable Integer priority,
      @Option(names = "--coalesce", paramLabel = "KEY", description = "COALESCE key of the job.")
          @Nullable String coalesce,
      @Option(
              names = "--key",
              paramLabel = "KEY",
              description =
                  "serial:NAME (one at a time, in order), limit:NAME:3 (three at a time),"
                      + " coalesce:NAME, or unique:NAME:1h (once in an hour).")
          @Nullable String key,
      @Option(names = "--group", paramLabel = "GROUP", description = "The tenant it belongs to.")
          @Nullable String group,
      @Option(
              names = "--request-id",
              paramLabel = "KEY",
              description = "Sending the same again within 24 hours enqueues nothing new.")
          @Nullable String requestId,
      @Option(names = "--delay", paramLabel = "TIME", description = "Run it after 30s, 5m, 2h…")
          @Nullable Duration delay,
      @Option(names = "--at", paramLabel = "TIME", description = "Run it at 2026-12-24T09:00:00Z.")
          @Nullable String at,
      @Option(names = "--wait", description = "Wait until it has ended.") boolean wait) {
    ObjectNode job = Json.MAPPER.createObjectNode().put("definition", definition);
    if (priority != null) {
      job.put("priority", priority);
    }
    if (coalesce != null) {
      job.putObject("key").put("kind", "coalesce").put("value", coalesce);
    }
    if (key != null) {
      if (coalesce != null) {
        throw CommandException.usage("give --key or --coalesce, not both");
      }
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
    if (lines != null) {
      if (payload != null || requestId != null || wait) {
        throw CommandException.usage("--lines does not go with --payload, --request-id or --wait");
      }
      return submitLines(job, lines);
    }
    if (payload != null) {
      job.set("payload", parse(read(payload)));
    }
    JsonNode enqueued =
        context
            .api()
            .post(JOBS, job, requestId == null ? Map.of() : Map.of("Idempotency-Key", requestId));
    if (wait) {
      return await(enqueued.path("id").asLong(), null);
    }
    context.printer().one(enqueued, List.of(Field.of("id", "id"), Field.of("created", "created")));
    return ExitCode.OK;
  }

  @Command(
      name = "retry",
      description = "Runs failed or canceled jobs again, or scheduled ones now.",
      footer = {
        "",
        "Examples:",
        "  ekiden jobs retry 4711 4712",
        "  ekiden jobs retry --state failed --queue mail --dry-run",
        "  ekiden jobs retry --state failed --queue mail --rate 10/s --yes"
      })
  int retry(
      @Parameters(paramLabel = "ID", arity = "0..*", description = "The jobs.")
          @Nullable List<Long> named,
      @Mixin JobSelection selection,
      @Mixin RateOption rate,
      @Mixin BulkOptions bulk) {
    List<Long> ids = named == null ? List.of() : named;
    if (one(ids, selection)) {
      return each(ids, "retry");
    }
    ObjectNode request = bulk.request("retry", selection);
    rate.addTo(request);
    return bulk.run(context, request, "Run %s jobs again?");
  }

  @Command(
      name = "clone",
      description = "Makes new jobs from jobs that exist, with changes if any are given.",
      footer = {
        "",
        "Examples:",
        "  ekiden jobs clone 4711",
        "  ekiden jobs clone 4711 --patch '{\"to\":\"a@example.org\"}' --priority 9",
        "  ekiden jobs clone --state failed --queue mail --definition mail-v2 --rate 5/s"
      })
  int cloneJobs(
      @Parameters(paramLabel = "ID", arity = "0..*", description = "The jobs.")
          @Nullable List<Long> named,
      @Mixin JobSelection selection,
      @Option(
              names = "--patch",
              paramLabel = "JSON",
              description =
                  "Changes of the payload, as a JSON merge patch; @FILE reads a file, - standard"
                      + " input.")
          @Nullable String patch,
      @Option(
              names = "--as",
              paramLabel = "DEFINITION",
              description = "The definition that is to run the clones.")
          @Nullable String as,
      @Option(names = "--priority", paramLabel = "N", description = "0 (last) to 9 (first).")
          @Nullable Integer priority,
      @Option(
              names = "--for-group",
              paramLabel = "GROUP",
              description = "The group the clones belong to.")
          @Nullable String group,
      @Option(names = "--delay", paramLabel = "TIME", description = "Run them after 30s, 5m, 2h…")
          @Nullable Duration delay,
      @Mixin RateOption rate,
      @Mixin BulkOptions bulk) {
    ObjectNode changes = Json.MAPPER.createObjectNode();
    if (patch != null) {
      changes.set("payload", parse(read(patch)));
    }
    if (as != null) {
      changes.put("definition", as);
    }
    if (priority != null) {
      changes.put("priority", priority);
    }
    if (group != null) {
      changes.put("group", group);
    }
    if (delay != null) {
      changes.put("delaySeconds", delay.toMillis() / 1_000.0);
    }
    List<Long> ids = named == null ? List.of() : named;
    if (one(ids, selection)) {
      for (long id : ids) {
        JsonNode job = context.api().post(JOBS + "/" + id + "/clone", changes);
        context
            .printer()
            .one(
                job,
                List.of(
                    Field.of("id", "id"),
                    Field.of("state", "state"),
                    Field.of("clone of", "cloneOf")));
      }
      return ExitCode.OK;
    }
    ObjectNode request = bulk.request("clone", selection);
    request.set("changes", changes);
    rate.addTo(request);
    return bulk.run(context, request, "Clone %s jobs?");
  }

  @Command(
      name = "cancel",
      description = "Cancels jobs that have not ended; those that run are asked to stop.",
      footer = {
        "",
        "Examples:",
        "  ekiden jobs cancel 4711",
        "  ekiden jobs cancel --queue mail --group acme --dry-run"
      })
  int cancel(
      @Parameters(paramLabel = "ID", arity = "0..*", description = "The jobs.")
          @Nullable List<Long> named,
      @Mixin JobSelection selection,
      @Mixin BulkOptions bulk) {
    List<Long> ids = named == null ? List.of() : named;
    if (one(ids, selection)) {
      return each(ids, "cancel");
    }
    return bulk.run(context, bulk.request("cancel", selection), "Cancel %s jobs?");
  }

  /** Whether jobs are named one by one, rather than by a filter. */
  private static boolean one(List<Long> ids, JobSelection selection) {
    boolean named = !ids.isEmpty();
    if (named == !selection.isEmpty()) {
      throw CommandException.usage(
          "name jobs by their ids, or by options such as --queue and --state, but not both");
    }
    return named;
  }

  private int each(List<Long> ids, String verb) {
    for (long id : ids) {
      JsonNode job = context.api().post(JOBS + "/" + id + "/" + verb);
      context.printer().one(job, List.of(Field.of("id", "id"), Field.of("state", "state")));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "logs",
      description = "Prints what the attempts of a job logged.",
      footer = {"", "Examples:", "  ekiden jobs logs 4711", "  ekiden jobs logs 4711 --attempt 2"})
  int logs(
      @Parameters(paramLabel = "ID", description = "The job.") long id,
      @Option(names = "--attempt", paramLabel = "N", description = "Lines of this attempt only.")
          @Nullable Integer attempt) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("attempt", attempt);
    JsonNode logs = context.api().get(ApiClient.path(JOBS + "/" + id + "/logs", query));
    if (context.printer().output() == Output.table) {
      logs.path("items").forEach(line -> context.printer().line(Field.text(line.path("text"))));
    } else {
      context.printer().list(logs, List.of());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "wait",
      description = "Waits until a job has ended and tells how.",
      footer = {
        "",
        "Exit codes: 0 succeeded, 5 failed or canceled, 3 the time is up, 8 not yet ended"
            + " (--timeout 0 only looks).",
        "",
        "Examples:",
        "  ekiden jobs wait 4711 --timeout 10m"
      })
  int waitFor(
      @Parameters(paramLabel = "ID", description = "The job.") long id,
      @Option(
              names = "--timeout",
              paramLabel = "TIME",
              description = "Longest wait; for ever if not given.")
          @Nullable Duration timeout) {
    return await(id, timeout);
  }

  @Command(
      name = "explain",
      description = "Says why a job stands where it stands.",
      footer = {"", "Examples:", "  ekiden jobs explain 4711"})
  int explain(@Parameters(paramLabel = "ID", description = "The job.") long id) {
    JsonNode explanation = context.api().get(JOBS + "/" + id + "/explain");
    if (context.printer().output() == Output.table) {
      context.printer().line(Field.text(explanation.path("state")));
      explanation
          .path("reasons")
          .forEach(reason ->
              context
                  .printer()
                  .line(
                      "  %s: %s"
                          .formatted(
                              Field.text(reason.path("code")), Field.text(reason.path("text")))));
    } else {
      context.printer().one(explanation, List.of());
    }
    return ExitCode.OK;
  }

  private ObjectNode collect(Map<String, @Nullable Object> query, int limit) {
    ObjectNode listing = Json.MAPPER.createObjectNode();
    ArrayNode items = listing.putArray("items");
    while (items.size() < limit) {
      query.put("limit", Math.min(MAX_PAGE, limit - items.size()));
      JsonNode page = context.api().get(ApiClient.path(JOBS, query));
      page.path("items").forEach(items::add);
      if (!page.has("next")) {
        return listing;
      }
      query.put("cursor", Field.text(page.path("next")));
    }
    return listing.put("next", String.valueOf(query.get("cursor")));
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
    JsonNode enqueued = context.api().post(JOBS, jobs);
    ObjectNode listing = Json.MAPPER.createObjectNode();
    listing.set("items", enqueued);
    context
        .printer()
        .list(listing, List.of(Field.number("ID", "id"), Field.of("CREATED", "created")));
    return ExitCode.OK;
  }

  private int await(long id, @Nullable Duration timeout) {
    long start = System.nanoTime();
    while (true) {
      Duration left =
          timeout == null
              ? LONGEST_POLL
              : timeout.minus(Duration.ofNanos(System.nanoTime() - start));
      long seconds = Math.max(0, Math.min(LONGEST_POLL.toSeconds(), left.toSeconds()));
      JsonNode job = context.api().get(JOBS + "/" + id + "?waitSeconds=" + seconds);
      String state = Field.text(job.path("state"));
      switch (state) {
        case "SUCCEEDED" -> {
          print(job);
          return ExitCode.OK;
        }
        case "FAILED", "CANCELED" -> {
          print(job);
          return ExitCode.UNSUCCESSFUL;
        }
        default -> {
          if (timeout != null && timeout.isZero()) {
            print(job);
            return ExitCode.PENDING;
          }
          if (timeout != null && left.compareTo(Duration.ofSeconds(1)) < 0) {
            throw CommandException.declined(
                "job %d is still %s; the time is up".formatted(id, state));
          }
        }
      }
    }
  }

  private void print(JsonNode job) {
    context.printer().one(job, DETAIL);
    if (context.printer().output() == Output.table && !job.path("attempts").isEmpty()) {
      context.printer().line("");
      ObjectNode attempts = Json.MAPPER.createObjectNode();
      attempts.set("items", job.path("attempts"));
      context.printer().list(attempts, ATTEMPTS);
    }
  }

  private String read(String payload) {
    try {
      if (payload.equals("-")) {
        return context.terminal().in().lines().collect(Collectors.joining("\n"));
      }
      return payload.startsWith("@") ? Files.readString(Path.of(payload.substring(1))) : payload;
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + payload.substring(1) + ": " + e);
    }
  }

  private static List<String> readLines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + file + ": " + e);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw CommandException.usage(
          "the payload is not JSON (text needs quotes of its own): " + e.getOriginalMessage());
    }
  }
}
