package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.List;
import picocli.CommandLine.Command;

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
          Field.seconds("TIMEOUT", "timeoutSeconds"),
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
}
