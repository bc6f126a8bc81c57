package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden schedules …}. */
@Command(
    name = "schedules",
    description = "Shows and changes what is enqueued by the clock.",
    footer = {"", "Examples:", "  ekiden schedules list"})
final class SchedulesCommand {
  private static final String SCHEDULES = "/api/v1/schedules";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("SCHEDULE", "name"),
          Field.of("DEFINITION", "definition"),
          new Field("WHEN", false, SchedulesCommand::when),
          Field.of("ZONE", "zone"),
          Field.time("NEXT", "nextAt"),
          Field.time("LAST", "lastAt"),
          Field.number("SKIPPED", "skipped"),
          Field.number("MISSED", "missed"),
          Field.number("WAITING", "waiting"),
          Field.time("PAUSED", "pausedAt"));

  private static final List<Field> POLICY =
      List.of(
          new Field("IF MISSED", false, SchedulesCommand::missed),
          Field.of("OVERLAP", "overlap"),
          Field.seconds("START BEFORE", "startBeforeSeconds"),
          Field.of("CALENDAR", "calendar"),
          Field.of("DAYS OFF", "dayRule"));

  private static final List<Field> FIRING =
      List.of(
          Field.time("DUE", "firstDue"),
          Field.of("OUTCOME", "outcome"),
          Field.number("FIRINGS", "firings"),
          Field.of("REASON", "reason"),
          Field.of("JOB", "job"),
          Field.time("UNTIL", "lastDue"),
          Field.time("DECIDED", "decidedAt"),
          Field.of("DETAIL", "detail"));

  private final CommandContext context;

  SchedulesCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the schedules.",
      footer = {"", "Examples:", "  ekiden schedules list"})
  int list() {
    context.printer().list(context.api().get(SCHEDULES), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Shows one schedule and its next firings.",
      footer = {"", "Examples:", "  ekiden schedules get nightly"})
  int get(@Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name) {
    print(context.api().get(path(name)));
    return ExitCode.OK;
  }

  @Command(
      name = "firings",
      description = "Shows what became of the last firings, newest first, and why.",
      footer = {"", "Examples:", "  ekiden schedules firings nightly --limit 100"})
  int firings(
      @Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "How many, 1 to 100 (default: 20).")
          int limit) {
    context.printer().list(context.api().get(path(name) + "/firings?limit=" + limit), FIRING);
    return ExitCode.OK;
  }

  @Command(
      name = "put",
      description = "Creates or replaces a schedule.",
      footer = {
        "",
        "Examples:",
        "  ekiden schedules put nightly --definition sync --cron '0 3 * * *' --zone Asia/Tokyo",
        "  ekiden schedules put poll --definition poll --every 30s --start-before 20s",
        "  ekiden schedules put sorted --definition sort-numbers --every 1h --parameter input=/data/in",
        "  ekiden schedules put pay --definition pay --cron '0 9 25 * *' --calendar japan \\",
        "      --day-rule previous --overlap buffer --missed run-all"
      })
  int put(
      @Parameters(paramLabel = "SCHEDULE", description = "What to call it.") String name,
      @Option(
              names = "--definition",
              paramLabel = "DEFINITION",
              required = true,
              description = "Definition of its jobs.")
          String definition,
      @Option(
              names = "--cron",
              paramLabel = "CRON",
              description = "Minute, hour, day of month, month, day of week.")
          @Nullable String cron,
      @Option(names = "--every", paramLabel = "TIME", description = "Every 30s, 5m, 2h…")
          @Nullable Duration every,
      @Option(names = "--at", paramLabel = "TIME", description = "Once, at 2026-12-24T09:00:00Z.")
          @Nullable String at,
      @Option(names = "--zone", paramLabel = "ZONE", description = "Zone of --cron (default: UTC).")
          @Nullable String zone,
      @Option(
              names = "--payload",
              paramLabel = "JSON",
              description = "Payload of its jobs; @FILE reads a file, - standard input.")
          @Nullable String payload,
      @Option(
              names = "--parameter",
              paramLabel = "NAME=VALUE",
              description =
                  "A parameter of a definition that was applied from a file; once for each.")
          @Nullable Map<String, String> parameters,
      @Option(
              names = "--priority",
              paramLabel = "N",
              description = "Priority of its jobs, 0 (last) to 9 (first).")
          @Nullable Integer priority,
      @Option(
              names = "--missed",
              paramLabel = "RULE",
              description = "Firings nobody was there for: skip, run-once (default) or run-all.")
          @Nullable String missed,
      @Option(
              names = "--catch-up",
              paramLabel = "N",
              description = "Most firings that run-all makes up, 1 to 1000 (default: 100).")
          @Nullable Integer catchUp,
      @Option(
              names = "--overlap",
              paramLabel = "RULE",
              description = "A firing while the job before lives: skip (default), buffer or allow.")
          @Nullable String overlap,
      @Option(
              names = "--start-before",
              paramLabel = "TIME",
              description = "Drop a firing that comes later than this (default: never).")
          @Nullable Duration startBefore,
      @Option(
              names = "--calendar",
              paramLabel = "CALENDAR",
              description = "Business calendar that --cron keeps to (default: none).")
          @Nullable String calendar,
      @Option(
              names = "--day-rule",
              paramLabel = "RULE",
              description = "A firing on a day off: skip (default), next or previous.")
          @Nullable String dayRule) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("definition", definition);
    if (cron != null) {
      body.put("cron", cron);
    }
    if (every != null) {
      body.put("everySeconds", every.toMillis() / 1_000.0);
    }
    if (at != null) {
      body.put("at", at);
    }
    if (zone != null) {
      body.put("zone", zone);
    }
    if (payload != null) {
      body.set("payload", JsonArgument.read(context, payload));
    }
    if (parameters != null) {
      ObjectNode given = body.putObject("parameters");
      parameters.forEach(given::put);
    }
    if (priority != null) {
      body.put("priority", priority);
    }
    put(body, "missedPolicy", missed);
    put(body, "overlap", overlap);
    put(body, "calendar", calendar);
    put(body, "dayRule", dayRule);
    if (catchUp != null) {
      body.put("catchUp", catchUp);
    }
    if (startBefore != null) {
      body.put("startBeforeSeconds", startBefore.toMillis() / 1_000.0);
    }
    print(context.api().put(path(name), body));
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Removes a schedule, after asking; its jobs stay.",
      footer = {"", "Examples:", "  ekiden schedules remove nightly --yes"})
  int remove(
      @Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name,
      @Option(
              names = {"-y", "--yes"},
              description = "Do not ask.")
          boolean yes) {
    context.terminal().confirm("Remove the schedule " + name + "?", yes);
    context.api().delete(path(name));
    context.terminal().say("Removed " + name + ".");
    return ExitCode.OK;
  }

  @Command(
      name = "pause",
      description = "Lets a schedule not fire until it is resumed.",
      footer = {"", "Examples:", "  ekiden schedules pause nightly"})
  int pause(@Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name) {
    print(context.api().post(path(name) + "/pause"));
    return ExitCode.OK;
  }

  @Command(
      name = "resume",
      description = "Lets a paused schedule fire again.",
      footer = {"", "Examples:", "  ekiden schedules resume nightly"})
  int resume(@Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name) {
    print(context.api().post(path(name) + "/resume"));
    return ExitCode.OK;
  }

  @Command(
      name = "run",
      description = "Enqueues the job of a schedule now.",
      footer = {"", "Examples:", "  ekiden schedules run nightly"})
  int run(@Parameters(paramLabel = "SCHEDULE", description = "The schedule.") String name) {
    context
        .printer()
        .one(
            context.api().post(path(name) + "/run"),
            List.of(Field.of("id", "id"), Field.of("created", "created")));
    return ExitCode.OK;
  }

  private void print(JsonNode schedule) {
    List<Field> fields = new ArrayList<>(FIELDS);
    fields.addAll(POLICY);
    fields.add(Field.of("PAYLOAD", "payload"));
    fields.add(
        new Field(
            "NEXT FIRINGS",
            false,
            item ->
                item.path("nextFirings")
                    .valueStream()
                    .map(Field::text)
                    .reduce((a, b) -> a + "\n" + b)
                    .orElse("")));
    context.printer().one(schedule, fields);
  }

  private static String when(JsonNode schedule) {
    if (schedule.has("cron")) {
      return Field.text(schedule.path("cron"));
    }
    return schedule.has("everySeconds")
        ? "every " + Field.seconds("", "everySeconds").text().apply(schedule)
        : "once";
  }

  private static String missed(JsonNode schedule) {
    String rule = Field.text(schedule.path("missedPolicy"));
    return rule.equals("run-all")
        ? rule + ", at most " + Field.text(schedule.path("catchUp"))
        : rule;
  }

  private static void put(ObjectNode body, String field, @Nullable String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  private static String path(String name) {
    return SCHEDULES + "/" + ApiClient.encode(name);
  }
}
