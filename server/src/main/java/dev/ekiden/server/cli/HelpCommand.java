package dev.ekiden.server.cli;

import dev.ekiden.server.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ekiden help [VERB…]}: the same as {@code --help} behind the verb. */
@Command(
    name = "help",
    description = "Shows what a verb does and takes.",
    footer = {"", "Examples:", "  ekiden help up", "  ekiden help jobs submit"})
final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "VERB", arity = "0..*", description = "The verb; all if not given.")
  private List<String> path = List.of();

  @Override
  public Integer call() {
    CommandLine line = spec.root().commandLine();
    for (String verb : path) {
      CommandLine next = line.getSubcommands().get(verb);
      if (next == null) {
        throw CommandException.usage(
            "there is no verb '%s' in %s; there are %s"
                .formatted(
                    verb,
                    line.getCommandSpec().qualifiedName(),
                    String.join(", ", line.getSubcommands().keySet())));
      }
      line = next;
    }
    line.usage(spec.commandLine().getOut());
    return ExitCode.OK;
  }
}
