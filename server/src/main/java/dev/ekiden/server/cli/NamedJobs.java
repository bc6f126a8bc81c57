package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Jobs that a verb is about, named one by one. Filled in by picocli. */
final class NamedJobs {
  @Parameters(paramLabel = "ID", arity = "0..*", description = "The jobs.")
  private @Nullable List<Long> named;

  List<Long> ids() {
    return named == null ? List.of() : named;
  }

  /** Whether jobs are named one by one, rather than by a filter. */
  boolean ratherThan(JobSelection selection) {
    boolean some = !ids().isEmpty();
    if (some == !selection.isEmpty()) {
      throw CommandException.usage(
          "name jobs by their ids, or by options such as --queue and --state, but not both");
    }
    return some;
  }

  /** Does the same to each of them. */
  int each(CommandContext context, String verb) {
    for (long id : ids()) {
      JsonNode job = context.api().post(JobsCommand.path(id) + "/" + verb);
      context.printer().one(job, List.of(Field.of("id", "id"), Field.of("state", "state")));
    }
    return ExitCode.OK;
  }
}
