package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden jobs clone}. */
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
final class CloneCommand implements Callable<Integer> {
  private static final List<Field> FIELDS =
      List.of(Field.of("id", "id"), Field.of("state", "state"), Field.of("clone of", "cloneOf"));

  private final CommandContext context;
  @Mixin private final NamedJobs named = new NamedJobs();
  @Mixin private final JobSelection selection = new JobSelection();

  @Option(
      names = "--patch",
      paramLabel = "JSON",
      description =
          "Changes of the payload, as a JSON merge patch; @FILE reads a file, - standard"
              + " input.")
  private @Nullable String patch;

  @Option(
      names = "--as",
      paramLabel = "DEFINITION",
      description = "The definition that is to run the clones.")
  private @Nullable String as;

  @Option(names = "--priority", paramLabel = "N", description = "0 (last) to 9 (first).")
  private @Nullable Integer priority;

  @Option(
      names = "--for-group",
      paramLabel = "GROUP",
      description = "The group the clones belong to.")
  private @Nullable String group;

  @Option(names = "--delay", paramLabel = "TIME", description = "Run them after 30s, 5m, 2h…")
  private @Nullable Duration delay;

  @Mixin private final RateOption rate = new RateOption();
  @Mixin private final BulkOptions bulk = new BulkOptions();

  CloneCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode changes = changes();
    if (named.ratherThan(selection)) {
      for (long id : named.ids()) {
        context.printer().one(context.api().post(JobsCommand.path(id) + "/clone", changes), FIELDS);
      }
      return ExitCode.OK;
    }
    ObjectNode request = bulk.request("clone", selection);
    request.set("changes", changes);
    rate.addTo(request);
    return bulk.run(context, request, "Clone %s jobs?");
  }

  private ObjectNode changes() {
    ObjectNode changes = Json.MAPPER.createObjectNode();
    if (patch != null) {
      changes.set("payload", JsonArgument.read(context, patch));
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
    return changes;
  }
}
