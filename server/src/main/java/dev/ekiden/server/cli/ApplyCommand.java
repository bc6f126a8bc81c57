package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden apply}. */
@Command(
    name = "apply",
    description = {
      "Makes job definitions of programs be as files say, all or none; what is so already stays as it"
          + " is. Jobs that run keep the revision they were launched with."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden apply -f sort.yaml",
      "  ekiden apply -f definitions/ --dry-run"
    })
final class ApplyCommand implements Callable<Integer> {
  private final CommandContext context;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "A YAML file with one document or several, or a directory of such files.")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "Tells what would change and changes nothing.")
  private boolean dryRun;

  ApplyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode body = Json.MAPPER.createObjectNode().put("dryRun", dryRun);
    ArrayNode documents = body.putArray("documents");
    for (DocumentFiles.Document document : DocumentFiles.read(file)) {
      documents.addObject().put("file", document.file()).put("text", document.text());
    }
    JsonNode applied = context.api().post("/api/v1/apply", body);
    if (context.printer().output() == Output.table) {
      applied.path("items").forEach(this::print);
    } else {
      context.printer().list(applied, List.of());
    }
    return ExitCode.OK;
  }

  private void print(JsonNode one) {
    context
        .printer()
        .line(
            "%s %s %s, revision %s%s"
                .formatted(
                    Field.text(one.path("kind")),
                    Field.text(one.path("name")),
                    Field.text(one.path("change")),
                    Field.text(one.path("revision")),
                    dryRun ? " (dry run)" : ""));
    one.path("difference")
        .forEach(line -> context.printer().line("  " + Table.printable(Field.text(line))));
  }
}
