package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ekiden jobs cancel}. */
@Command(
    name = "cancel",
    description = "Cancels jobs that have not ended; those that run are asked to stop.",
    footer = {
      "",
      "Examples:",
      "  ekiden jobs cancel 4711",
      "  ekiden jobs cancel --queue mail --group acme --dry-run"
    })
final class CancelCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private final NamedJobs named = new NamedJobs();
  @Mixin private final JobSelection selection = new JobSelection();
  @Mixin private final BulkOptions bulk = new BulkOptions();

  CancelCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (named.ratherThan(selection)) {
      return named.each(context, "cancel");
    }
    return bulk.run(context, bulk.request("cancel", selection), "Cancel %s jobs?");
  }
}
