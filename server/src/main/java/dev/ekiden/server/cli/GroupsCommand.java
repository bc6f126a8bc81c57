package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden groups …}. */
@Command(
    name = "groups",
    description = "Shows groups of jobs, weighs them, and holds and drains them.",
    footer = {"", "Examples:", "  ekiden groups list"})
final class GroupsCommand {
  private static final String GROUPS = "/api/v1/groups";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("GROUP", "name"),
          Field.number("WEIGHT", "weight"),
          Field.number("EPOCH", "epoch"),
          Field.number("RUNNING", "running"),
          Field.time("HELD", "heldAt"),
          Field.of("REASON", "heldReason"));

  /** The server answers a waiting request within this time. */
  private static final int LONGEST_POLL_SECONDS = 25;

  private final CommandContext context;

  GroupsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the groups that have settings.",
      footer = {"", "Examples:", "  ekiden groups list -o json"})
  int list() {
    context.printer().list(context.api().get(GROUPS), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "weight",
      description = "Sets the share of a group against others; 1 is usual.",
      footer = {"", "Examples:", "  ekiden groups weight acme 3"})
  int weight(
      @Parameters(paramLabel = "GROUP", description = "The group.") String group,
      @Parameters(paramLabel = "WEIGHT", description = "0.001 to 1000.") double weight) {
    return print(
        context
            .api()
            .post(path(group, "weight"), Json.MAPPER.createObjectNode().put("weight", weight)));
  }

  @Command(
      name = "hold",
      description = "Starts no more jobs of a group; what runs goes on.",
      footer = {"", "Examples:", "  ekiden groups hold acme --reason 'moves to another region'"})
  int hold(
      @Parameters(paramLabel = "GROUP", description = "The group.") String group,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              description = "Shown to everybody who asks why.")
          @Nullable String reason) {
    return print(context.api().post(path(group, "hold"), body(reason)));
  }

  @Command(
      name = "drain",
      description = "Holds a group and waits until none of its jobs runs.",
      footer = {
        "",
        "Exit codes: 0 drained, 3 the time is up.",
        "",
        "Examples:",
        "  ekiden groups drain acme --timeout 10m"
      })
  int drain(
      @Parameters(paramLabel = "GROUP", description = "The group.") String group,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              description = "Shown to everybody who asks why.")
          @Nullable String reason,
      @Option(
              names = "--timeout",
              paramLabel = "TIME",
              description = "Longest wait; for ever if not given.")
          @Nullable Duration timeout) {
    long start = System.nanoTime();
    while (true) {
      long left =
          timeout == null
              ? LONGEST_POLL_SECONDS
              : timeout.minus(Duration.ofNanos(System.nanoTime() - start)).toSeconds();
      long wait = Math.clamp(left, 0, LONGEST_POLL_SECONDS);
      JsonNode view =
          context.api().post(path(group, "drain") + "?waitSeconds=" + wait, body(reason));
      long running = view.path("running").asLong();
      if (running == 0) {
        return print(view);
      }
      if (left <= 0) {
        throw CommandException.declined(
            "%d jobs of group %s still run; the time is up".formatted(running, group));
      }
    }
  }

  @Command(
      name = "release",
      description = "Starts jobs of a held group again.",
      footer = {"", "Examples:", "  ekiden groups release acme"})
  int release(@Parameters(paramLabel = "GROUP", description = "The group.") String group) {
    return print(context.api().post(path(group, "release")));
  }

  @Command(
      name = "epoch",
      description =
          "Begins a new epoch of a group: attempts claimed before can no longer end their jobs.",
      footer = {"", "Examples:", "  ekiden groups epoch acme"})
  int epoch(@Parameters(paramLabel = "GROUP", description = "The group.") String group) {
    return print(context.api().post(path(group, "epoch")));
  }

  private int print(JsonNode group) {
    context.printer().one(group, FIELDS);
    return ExitCode.OK;
  }

  private static ObjectNode body(@Nullable String reason) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    return reason == null ? body : body.put("reason", reason);
  }

  private static String path(String group, String verb) {
    return GROUPS + "/" + ApiClient.encode(group) + "/" + verb;
  }
}
