package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden definitions …}. */
@Command(
    name = "definitions",
    description = "Shows the job definitions, and runs those of programs on the spot.",
    footer = {
      "",
      "Examples:",
      "  ekiden definitions list",
      "  ekiden definitions show sort-numbers --revision 2",
      "  ekiden definitions run -f sort.yaml --local --parameter file=/data/numbers.txt"
    })
final class DefinitionsCommand {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("DEFINITION", "name"),
          Field.of("QUEUE", "queue"),
          Field.number("PRIORITY", "priority"),
          // Of a definition that only other processes have, nothing but the name is known.
          Field.seconds("TIMEOUT", "timeoutSeconds")
              .orElse(item -> item.has("queue") ? "none" : ""),
          Field.number("MAX FAILURES", "maxFailures"),
          Field.number("BATCH", "maxBatch"),
          Field.number("REVISION", "revision"),
          Field.of("RUNS HERE", "runnable"));

  private final CommandContext context;

  DefinitionsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the job definitions the database knows.",
      footer = {"", "Examples:", "  ekiden definitions list"})
  int list() {
    context.printer().list(context.api().get("/api/v1/definitions"), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Shows one job definition with its retry rules.",
      footer = {"", "Examples:", "  ekiden definitions get NAME"})
  int get(@Parameters(paramLabel = "DEFINITION", description = "The definition.") String name) {
    List<Field> fields = new ArrayList<>(FIELDS);
    fields.add(Field.of("DESCRIPTION", "description"));
    fields.add(new Field("BACK-OFF", false, item -> backOff(item.path("retryPolicy"))));
    fields.add(
        new Field(
            "RETRY RULES",
            false,
            item ->
                item.path("retryPolicy")
                    .path("rules")
                    .valueStream()
                    .map(DefinitionsCommand::rule)
                    .reduce((a, b) -> a + "\n" + b)
                    .orElse(item.has("queue") ? "none" : "")));
    context
        .printer()
        .one(context.api().get("/api/v1/definitions/" + ApiClient.encode(name)), fields);
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      description = "Prints a definition of a program as it was applied.",
      footer = {
        "",
        "Examples:",
        "  ekiden definitions show sort-numbers",
        "  ekiden definitions show sort-numbers --revision 2 > before.yaml"
      })
  int show(
      @Parameters(paramLabel = "DEFINITION", description = "The definition.") String name,
      @Option(
              names = "--revision",
              paramLabel = "N",
              description = "An earlier revision; the newest if not given.")
          @Nullable Integer revision) {
    JsonNode shown =
        revision == null
            ? context.api().get(revisions(name)).path("items").get(0)
            : context.api().get(revisions(name) + "/" + revision);
    if (context.printer().output() == Output.table) {
      Field.text(shown.path("source")).lines().forEach(context.printer()::line);
    } else {
      context.printer().one(shown, List.of());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "history",
      description = "Lists the revisions of a definition of a program.",
      footer = {"", "Examples:", "  ekiden definitions history sort-numbers"})
  int history(@Parameters(paramLabel = "DEFINITION", description = "The definition.") String name) {
    context
        .printer()
        .list(
            context.api().get(revisions(name)),
            List.of(Field.number("REVISION", "revision"), Field.time("APPLIED", "appliedAt")));
    return ExitCode.OK;
  }

  static String revisions(String name) {
    return "/api/v1/definitions/" + ApiClient.encode(name) + "/revisions";
  }

  private static String backOff(JsonNode delays) {
    return delays.has("initialDelay")
        ? "%s × %s up to %s, jitter %s"
            .formatted(
                Field.text(delays.path("initialDelay")),
                Field.text(delays.path("multiplier")),
                Field.text(delays.path("maxDelay")),
                Field.text(delays.path("jitter")))
        : "";
  }

  private static String rule(JsonNode rule) {
    String on = Field.text(rule.has("type") ? rule.path("type") : rule.path("on"));
    if (Field.text(rule.path("action")).equals("fail")) {
      return on + ": fail";
    }
    String delays = backOff(rule);
    return on
        + ": retry"
        + (rule.path("counted").asBoolean(true) ? "" : ", not counted")
        + (delays.isEmpty() ? "" : ", " + delays);
  }
}
