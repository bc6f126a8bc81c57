package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden limits …}. */
@Command(
    name = "limits",
    description = "Shows and sets how much may run at once, or start in a time, over all workers.",
    footer = {
      "",
      "A limit is of everything, queue:NAME, definition:NAME, group:NAME, each-group or"
          + " each-key:QUEUE.",
      "",
      "Examples:",
      "  ekiden limits list",
      "  ekiden limits set queue:mail --running 20 --rate 100/s"
    })
final class LimitsCommand {
  private static final String LIMITS = "/api/v1/limits";

  private static final Set<String> ALONE = Set.of("everything", "each-group");
  private static final Set<String> NAMED = Set.of("queue", "definition", "group", "each-key");

  private static final List<Field> FIELDS =
      List.of(
          Field.of("SCOPE", "scope"),
          Field.of("NAME", "name"),
          Field.number("RUNNING", "running"),
          Field.number("VCPUS", "vcpus"),
          new Field("RATE", true, limit -> rate(limit.path("rate"))));

  private final CommandContext context;

  LimitsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the limits.",
      footer = {"", "Examples:", "  ekiden limits list -o json"})
  int list() {
    context.printer().list(context.api().get(LIMITS), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "set",
      description = "Sets the limit of a scope, in place of any it has.",
      footer = {
        "",
        "Examples:",
        "  ekiden limits set definition:transcode --vcpus 16",
        "  ekiden limits set each-group --running 5",
        "  ekiden limits set each-key:mail --rate 1/s"
      })
  int set(
      @Parameters(paramLabel = "SCOPE", description = "What is limited, such as queue:mail.")
          String scope,
      @Option(names = "--running", paramLabel = "N", description = "Most jobs at once; 0 for none.")
          @Nullable Integer running,
      @Option(names = "--vcpus", paramLabel = "N", description = "Most vCPUs at once.")
          @Nullable Double vcpus,
      @Option(names = "--rate", paramLabel = "N/TIME", description = "Most starts: 10/s, 100/5m.")
          @Nullable String rate) {
    ObjectNode limit = Json.MAPPER.createObjectNode();
    if (running != null) {
      limit.put("running", running);
    }
    if (vcpus != null) {
      limit.put("vcpus", vcpus);
    }
    if (rate != null) {
      limit.set("rate", Rates.parse(rate));
    }
    if (limit.isEmpty()) {
      throw CommandException.usage("give --running, --vcpus or --rate");
    }
    context.printer().one(context.api().put(path(scope), limit), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Removes the limit of a scope.",
      footer = {"", "Examples:", "  ekiden limits remove queue:mail"})
  int remove(
      @Parameters(paramLabel = "SCOPE", description = "What is limited, such as queue:mail.")
          String scope) {
    context.api().delete(path(scope));
    context.terminal().say("Removed the limit of " + scope + ".");
    return ExitCode.OK;
  }

  private static String path(String scope) {
    int colon = scope.indexOf(':');
    String kind = colon < 0 ? scope : scope.substring(0, colon);
    if (!(colon < 0 ? ALONE : NAMED).contains(kind)) {
      throw CommandException.usage(
          "a limit is of everything, each-group, queue:NAME, definition:NAME, group:NAME or"
              + " each-key:QUEUE, not of '%s'".formatted(scope));
    }
    return colon < 0
        ? LIMITS + "/" + ApiClient.encode(scope)
        : LIMITS
            + "/"
            + ApiClient.encode(scope.substring(0, colon))
            + "/"
            + ApiClient.encode(scope.substring(colon + 1));
  }

  private static String rate(JsonNode rate) {
    return rate.isMissingNode()
        ? ""
        : "%s in %ss"
            .formatted(Field.text(rate.path("starts")), Field.text(rate.path("periodSeconds")));
  }
}
