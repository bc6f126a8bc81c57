package dev.ekiden.server.cli;

import dev.ekiden.fleet.control.FleetDocument;
import dev.ekiden.fleet.control.FleetFile;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden fleets …}. */
@Command(
    name = "fleets",
    description = "Shows and changes the fleets that keep workers for queues.",
    footer = {
      "",
      "Examples:",
      "  ekiden fleets list",
      "  ekiden fleets set mail --queues mail --max 5 --goal '95%% start within 5s'",
      "  ekiden fleets explain mail"
    })
final class FleetsCommand {
  static final String FLEETS = "/api/v1/fleets";

  private static final long FOLLOW_MILLIS = 500;

  private static final List<Field> FIELDS =
      List.of(
          Field.of("FLEET", "name"),
          new Field("QUEUES", false, fleet -> join(fleet.path("settings").path("queues"))),
          new Field("WORKERS", true, FleetsCommand::workers),
          new Field("MIN", true, fleet -> Field.text(fleet.path("settings").path("min"))),
          new Field("MAX", true, fleet -> Field.text(fleet.path("settings").path("max"))),
          new Field("CLASSES", false, FleetsCommand::classes),
          new Field("WAITING", true, fleet -> Field.text(fleet.path("demand").path("waitingJobs"))),
          new Field("POLICY", false, fleet -> policy(fleet.path("settings").path("policy"))));

  private static final List<Field> TASK_FIELDS =
      List.of(
          Field.of("TASK", "id"),
          Field.of("CLASS", "class"),
          Field.of("PHASE", "phase"),
          Field.time("ASKED", "askedAt"),
          new Field("READY AFTER", true, task -> after(task, "readyAt")),
          new Field("FIRST JOB AFTER", true, task -> after(task, "firstClaimAt")),
          Field.time("ENDED", "endedAt"),
          Field.of("ENDING", "ending"),
          Field.of("DETAIL", "detail"));

  private final CommandContext context;

  FleetsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the fleets with their workers and what waits for them.",
      footer = {"", "Examples:", "  ekiden fleets list", "  ekiden fleets list -o json"})
  int list() {
    context.printer().list(context.api().get(FLEETS), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      description = "Shows one fleet: its settings, its workers, its demand, the last decision.",
      footer = {"", "Examples:", "  ekiden fleets show mail", "  ekiden fleets show mail -o json"})
  int show(@Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name) {
    show(context.api().get(path(name)));
    return ExitCode.OK;
  }

  @Command(
      name = "apply",
      description = "Makes or changes the fleets of a file; what is the same stays as it is.",
      footer = {
        "",
        "A file has one fleet, or several under fleets:",
        "  name: calendar",
        "  queues: [calendar-high, calendar-low]",
        "  min: 1",
        "  max: 5",
        "  slots: 4",
        "  steps: {0: 1, 100: 2, 1000: 3, 2101: 4, 4201: 5}   # or fixed: 3, or goal: 95%% start within 5s",
        "  mix: {on-demand: 1, spot: 5}                       # a base before a plus: on-demand: 1+1",
        "",
        "Examples:",
        "  ekiden fleets apply -f fleets.yaml --dry-run",
        "  ekiden fleets apply -f fleets.yaml"
      })
  int apply(
      @Option(
              names = {"-f", "--file"},
              paramLabel = "FILE",
              required = true,
              description = "A YAML file.")
          Path file,
      @Option(names = "--dry-run", description = "Tells what would change and changes nothing.")
          boolean dryRun)
      throws IOException {
    List<FleetSpec> fleets;
    try {
      fleets = FleetFile.parse(file.toString(), Files.readString(file));
    } catch (YamlException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CommandException.usage(
          "cannot read %s: %s".formatted(file, e.getClass().getSimpleName()));
    }
    Map<String, JsonNode> before = new HashMap<>();
    context
        .api()
        .get(FLEETS)
        .path("items")
        .forEach(fleet -> before.put(Field.text(fleet.path("name")), fleet));
    for (FleetSpec fleet : fleets) {
      FleetDocument document = FleetDocument.of(fleet);
      JsonNode present = before.get(fleet.name());
      if (dryRun) {
        context.api().check(path(fleet.name()), document);
        FleetDifference difference = FleetDifference.of(present, document);
        difference.lines(fleet.name()).forEach(context.printer()::line);
      } else {
        JsonNode put = context.api().put(path(fleet.name()), document);
        context.terminal().say("fleet %s %s".formatted(fleet.name(), change(present, put)));
      }
    }
    return ExitCode.OK;
  }

  private static String change(@Nullable JsonNode before, JsonNode put) {
    if (before == null) {
      return "made";
    }
    long now = put.path("revision").asLong();
    return before.path("revision").asLong() == now ? "is so already" : "changed, revision " + now;
  }

  @Command(
      name = "set",
      sortOptions = false,
      description = "Changes some settings of a fleet, or makes it.",
      footer = {
        "",
        "Examples:",
        "  ekiden fleets set mail --queues mail --max 5 --goal '95%% start within 5s'",
        "  ekiden fleets set mail --min 1 --mix on-demand=1,spot=5",
        "  ekiden fleets set mail --steps 0=1,100=2,1000=3",
        "  ekiden fleets set mail --launcher docker --image ekiden:0.1.0",
        "  ekiden fleets set mail --launcher process",
        "  ekiden fleets set mail --no-enable"
      })
  int set(
      @Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name,
      @ArgGroup(exclusive = false) @Nullable FleetOptions options) {
    FleetOptions given = options == null ? new FleetOptions() : options;
    ObjectNode settings = Json.MAPPER.createObjectNode();
    Long revision = null;
    try {
      JsonNode fleet = context.api().get(path(name));
      settings = (ObjectNode) fleet.path("settings");
      revision = fleet.path("revision").asLong();
    } catch (CommandException e) {
      if (e.exitCode() != ExitCode.NOT_FOUND) {
        throw e;
      }
    }
    if (!given.writeTo(settings)) {
      throw CommandException.usage("give something to set, such as --max 5");
    }
    Map<String, @Nullable Object> query = new HashMap<>();
    query.put("revision", revision);
    show(context.api().put(ApiClient.path(path(name), query), settings));
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Removes a fleet; its workers finish what they have and end.",
      footer = {"", "Examples:", "  ekiden fleets remove mail"})
  int remove(@Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name) {
    context.api().delete(path(name));
    context.terminal().say("Removed " + name + "; its workers finish what they have and end.");
    return ExitCode.OK;
  }

  @Command(
      name = "explain",
      description = "Tells the last decisions: what was seen, which rule won, what was done.",
      footer = {
        "",
        "Examples:",
        "  ekiden fleets explain mail",
        "  ekiden fleets explain mail -n 50"
      })
  int explain(
      @Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name,
      @Option(
              names = {"-n", "--limit"},
              paramLabel = "N",
              defaultValue = "10",
              description = "How many, the newest last; 10 if not given.")
          int limit) {
    JsonNode decisions =
        context.api().get(ApiClient.path(path(name) + "/decisions", Map.of("limit", limit)));
    if (context.printer().output() != Output.table) {
      context.printer().list(decisions, List.of());
      return ExitCode.OK;
    }
    List<JsonNode> oldestFirst = new ArrayList<>();
    decisions.path("items").forEach(decision -> oldestFirst.addFirst(decision));
    if (oldestFirst.isEmpty()) {
      context.terminal().say("nothing has been decided for fleet " + name + " yet");
    }
    for (JsonNode decision : oldestFirst) {
      DecisionText.lines(decision).forEach(line -> context.printer().line(line));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "plan",
      description = "Prints what would be launched for one more worker; secrets are masked.",
      footer = {"", "Examples:", "  ekiden fleets plan mail", "  ekiden fleets plan mail -o json"})
  int plan(@Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name) {
    JsonNode plan = context.api().get(path(name) + "/plan");
    if (context.printer().output() == Output.table) {
      Field.text(plan.path("plan")).lines().forEach(context.printer()::line);
    } else {
      context.printer().one(plan, List.of());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "tasks",
      description = "Lists the tasks that are, or are to be, workers of a fleet.",
      footer = {
        "",
        "Examples:",
        "  ekiden fleets tasks mail",
        "  ekiden fleets tasks mail --ended"
      })
  int tasks(
      @Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name,
      @Option(names = "--ended", description = "Also those that are over.") boolean ended,
      @Option(
              names = {"-n", "--limit"},
              paramLabel = "N",
              defaultValue = "50",
              description = "How many, the newest first; 50 if not given.")
          int limit) {
    context
        .printer()
        .list(
            context
                .api()
                .get(ApiClient.path(path(name) + "/tasks", Map.of("ended", ended, "limit", limit))),
            TASK_FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "log",
      description = "Prints what a worker of a fleet printed.",
      footer = {
        "",
        "Examples:",
        "  ekiden fleets log mail mail-17-k3f9",
        "  ekiden fleets log mail mail-17-k3f9 --follow"
      })
  int log(
      @Parameters(paramLabel = "FLEET", description = "The name of a fleet.") String name,
      @Parameters(paramLabel = "TASK", description = "A task, as in fleets tasks.") String task,
      @Option(names = "--follow", description = "Go on until the task has ended.") boolean follow)
      throws InterruptedException {
    String path = path(name) + "/tasks/" + ApiClient.encode(task) + "/log";
    String from = null;
    while (true) {
      Map<String, @Nullable Object> query = new HashMap<>();
      query.put("from", from);
      JsonNode page = context.api().get(ApiClient.path(path, query));
      if (page.has("dropped")) {
        context.printer().line(Field.text(page.path("dropped")));
      }
      page.path("items").forEach(line -> context.printer().line(Field.text(line.path("text"))));
      from = Field.text(page.path("next"));
      boolean more = !page.path("items").isEmpty();
      if (page.path("end").asBoolean() || (!follow && !more)) {
        return ExitCode.OK;
      }
      if (!more) {
        TimeUnit.MILLISECONDS.sleep(FOLLOW_MILLIS);
      }
    }
  }

  private void show(JsonNode fleet) {
    List<Field> fields = new ArrayList<>(FIELDS);
    fields.add(new Field("REVISION", false, one -> Field.text(one.path("revision"))));
    fields.add(new Field("ENABLED", false, one -> Field.text(one.path("enabled"))));
    fields.add(new Field("SLOTS", false, one -> Field.text(one.path("settings").path("slots"))));
    fields.add(new Field("RUNNING", false, one -> Field.text(one.path("demand").path("running"))));
    fields.add(
        new Field(
            "DECIDED", false, one -> Field.time("", "at").text().apply(one.path("decision"))));
    fields.add(new Field("BECAUSE", false, one -> Field.text(one.path("decision").path("reason"))));
    context.printer().one(fleet, fields);
  }

  private static String path(String name) {
    return FLEETS + "/" + ApiClient.encode(name);
  }

  private static String workers(JsonNode fleet) {
    JsonNode workers = fleet.path("workers");
    StringBuilder text = new StringBuilder(Field.text(workers.path("alive")));
    if (workers.path("starting").asInt() > 0) {
      text.append(" (+").append(workers.path("starting").asInt()).append(')');
    }
    return text.toString();
  }

  private static String classes(JsonNode fleet) {
    List<String> classes = new ArrayList<>();
    fleet
        .path("workers")
        .path("classes")
        .forEach(one -> {
          String text = Field.text(one.path("alive")) + " " + Field.text(one.path("class"));
          int draining = one.path("draining").asInt();
          classes.add(draining == 0 ? text : text + " (" + draining + " going)");
        });
    return String.join(", ", classes);
  }

  private static String policy(JsonNode policy) {
    if (policy.has("fixed")) {
      return "fixed " + policy.path("fixed").asInt();
    }
    if (policy.has("goal")) {
      return Field.text(policy.path("goal"));
    }
    List<String> steps = new ArrayList<>();
    policy
        .path("steps")
        .forEach(
            step -> steps.add(step.path("from").asLong() + ": " + step.path("workers").asInt()));
    return String.join(", ", steps);
  }

  private static String after(JsonNode task, String property) {
    if (!task.has(property)) {
      return "";
    }
    Duration time =
        Duration.between(
            java.time.Instant.parse(Field.text(task.path("askedAt"))),
            Instant.parse(Field.text(task.path(property))));
    return "%.1f s".formatted(time.toMillis() / 1_000.0);
  }

  private static String join(JsonNode texts) {
    return texts.valueStream().map(Field::text).reduce((a, b) -> a + ", " + b).orElse("");
  }
}
