package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden retention …}. */
@Command(
    name = "retention",
    description = "Shows and sets for how many days finished jobs are kept.",
    footer = {
      "",
      "Examples:",
      "  ekiden retention list",
      "  ekiden retention set --succeeded 3 --failed 60",
      "  ekiden retention set --definition pay --succeeded 365"
    })
final class RetentionCommand {
  private static final String RETENTION = "/api/v1/retention";

  private static final List<Field> FIELDS =
      List.of(
          new Field("DEFINITION", false, RetentionCommand::name),
          Field.number("SUCCEEDED DAYS", "succeededDays"),
          Field.number("FAILED DAYS", "failedDays"));

  private final CommandContext context;

  RetentionCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the common policy, and those of single definitions.",
      footer = {"", "Examples:", "  ekiden retention list -o json"})
  int list() {
    context.printer().list(context.api().get(RETENTION), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "set",
      description = "Sets the days of all definitions, or of one; what is not given stays.",
      footer = {
        "",
        "Examples:",
        "  ekiden retention set --succeeded 3",
        "  ekiden retention set --definition pay --succeeded 365 --failed 365"
      })
  int set(
      @Option(
              names = "--definition",
              paramLabel = "NAME",
              description = "Only jobs of this definition.")
          @Nullable String definition,
      @Option(
              names = "--succeeded",
              paramLabel = "DAYS",
              description = "Keep succeeded jobs so long, 1 to 400.")
          @Nullable Integer succeeded,
      @Option(
              names = "--failed",
              paramLabel = "DAYS",
              description = "Keep failed and canceled jobs so long, 1 to 400.")
          @Nullable Integer failed) {
    if (succeeded == null && failed == null) {
      throw CommandException.usage("give --succeeded or --failed");
    }
    JsonNode present = present(definition);
    var policy =
        Json.MAPPER
            .createObjectNode()
            .put(
                "succeededDays",
                succeeded == null ? present.path("succeededDays").asInt() : succeeded)
            .put("failedDays", failed == null ? present.path("failedDays").asInt() : failed);
    String path = definition == null ? RETENTION : path(definition);
    context.printer().one(context.api().put(path, policy), FIELDS);
    return ExitCode.OK;
  }

  /** The policy that holds for a definition: the first is the common one. */
  private JsonNode present(@Nullable String definition) {
    JsonNode policies = context.api().get(RETENTION).path("items");
    for (JsonNode policy : policies) {
      if (definition != null && policy.path("definition").asString("").equals(definition)) {
        return policy;
      }
    }
    return policies.path(0);
  }

  @Command(
      name = "remove",
      description = "Lets the common policy hold for a definition again.",
      footer = {"", "Examples:", "  ekiden retention remove pay"})
  int remove(
      @Parameters(paramLabel = "DEFINITION", description = "What kind of job.") String definition) {
    context.api().delete(path(definition));
    context.terminal().say("Removed; the common policy holds for " + definition + ".");
    return ExitCode.OK;
  }

  private static String path(String definition) {
    return RETENTION + "/" + ApiClient.encode(definition);
  }

  private static String name(JsonNode policy) {
    return policy.has("definition") ? Field.text(policy.path("definition")) : "(all others)";
  }
}
