package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden jobs retry}. */
@Command(
    name = "retry",
    description = "Runs failed or canceled jobs again, or scheduled ones now.",
    footer = {
      "",
      "Examples:",
      "  ekiden jobs retry 4711 4712",
      "  ekiden jobs retry --state failed --queue mail --dry-run",
      "  ekiden jobs retry --state failed --queue mail --rate 10/s --yes"
    })
final class RetryCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private final NamedJobs named = new NamedJobs();
  @Mixin private final JobSelection selection = new JobSelection();
  @Mixin private final RateOption rate = new RateOption();
  @Mixin private final BulkOptions bulk = new BulkOptions();

  RetryCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (named.ratherThan(selection)) {
      return named.each(context, "retry");
    }
    ObjectNode request = bulk.request("retry", selection);
    rate.addTo(request);
    return bulk.run(context, request, "Run %s jobs again?");
  }
}
