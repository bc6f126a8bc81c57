package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden jobs …}: the verbs that show jobs; those that do something to them are added. */
@Command(
    name = "jobs",
    description = "Submits jobs, shows them and steers them.",
    footer = {"", "Examples:", "  ekiden jobs list --state failed", "  ekiden jobs get 4711"})
final class JobsCommand {
  static final String JOBS = "/api/v1/jobs";
  private static final int MAX_PAGE = 1_000;
  private static final int MAX_LISTED = 100_000;

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

  private static final List<Field> HISTORY =
      List.of(
          Field.time("TIME", "at"),
          Field.of("EVENT", "kind"),
          Field.number("ATTEMPT", "attempt"),
          Field.number("WORKER", "worker"),
          Field.of("REASON", "reason"));

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
      @Mixin JobSelection selection,
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
    Map<String, @Nullable Object> query = selection.query();
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
    new JobDetails(context).print(context.api().get(path(id)));
    return ExitCode.OK;
  }

  @Command(
      name = "history",
      description = "Shows what happened to a job, when and why.",
      footer = {"", "Examples:", "  ekiden jobs history 4711"})
  int history(@Parameters(paramLabel = "ID", description = "The job.") long id) {
    context.printer().list(context.api().get(path(id) + "/history"), HISTORY);
    return ExitCode.OK;
  }

  @Command(
      name = "logs",
      description = "Prints what the attempts of a job logged.",
      footer = {
        "",
        "Examples:",
        "  ekiden jobs logs 4711",
        "  ekiden jobs logs 4711 --attempt 2 --level warn",
        "  ekiden jobs logs 4711 --contains timeout --tail 20"
      })
  int logs(
      @Parameters(paramLabel = "ID", description = "The job.") long id,
      @Option(names = "--attempt", paramLabel = "N", description = "Lines of this attempt only.")
          @Nullable Integer attempt,
      @Option(
              names = "--contains",
              paramLabel = "TEXT",
              description = "Lines with this text, in whatever case.")
          @Nullable String text,
      @Option(
              names = "--level",
              paramLabel = "LEVEL",
              description = "Lines of this level or above: trace, debug, info, warn or error.")
          @Nullable String level,
      @Option(names = "--tail", paramLabel = "N", description = "The last lines only, up to 10000.")
          @Nullable Integer tail) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("attempt", attempt);
    query.put("q", text);
    query.put("level", level);
    JsonNode logs = lines(id, query, tail);
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
    return new JobDetails(context).await(id, timeout);
  }

  @Command(
      name = "explain",
      description = "Says why a job stands where it stands.",
      footer = {"", "Examples:", "  ekiden jobs explain 4711"})
  int explain(@Parameters(paramLabel = "ID", description = "The job.") long id) {
    JsonNode explanation = context.api().get(path(id) + "/explain");
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

  /**
   * The lines of a query in the order in which they were logged, page by page.
   *
   * @param last so many of the last ones only
   */
  private ObjectNode lines(long id, Map<String, @Nullable Object> query, @Nullable Integer last) {
    if (last != null) {
      query.put("order", "newest");
      query.put("limit", last);
    }
    List<JsonNode> lines = new ArrayList<>();
    JsonNode page;
    do {
      page = context.api().get(ApiClient.path(path(id) + "/logs", query));
      page.path("items").forEach(lines::add);
      query.put(
          "from",
          page.has("nextOffset")
              ? lines.getLast().path("number").asLong(0) + (last == null ? 1 : -1)
              : page.path("continueFrom").asLong(0));
    } while ((page.has("nextOffset") || page.has("continueFrom"))
        && (last == null || lines.size() < last));
    ObjectNode log = Json.MAPPER.createObjectNode();
    log.putArray("items")
        .addAll(last == null ? lines : lines.subList(0, Math.min(last, lines.size())).reversed());
    return log;
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

  static String path(long id) {
    return JOBS + "/" + id;
  }
}
