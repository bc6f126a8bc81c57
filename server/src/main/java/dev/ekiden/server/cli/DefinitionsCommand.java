package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden definitions …}. */
@Command(
    name = "definitions",
    description = "Shows the job definitions.",
    footer = {"", "Examples:", "  ekiden definitions list"})
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
