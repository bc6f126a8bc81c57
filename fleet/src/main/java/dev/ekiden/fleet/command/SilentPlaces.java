package dev.ekiden.fleet.command;

import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.fleet.command.store.CommandTaskTable.Row;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Says that a job waits for a machine that does not answer, and what can be done. */
public final class SilentPlaces {
  private SilentPlaces() {}

  /** The reason in words, if this is one. */
  public static Optional<String> reason(
      CommandDefinitions definitions, CommandTasks tasks, long jobId) {
    return tasks
        .open(jobId)
        .filter(row ->
            row.launchedAt() != null
                && row.endedAt() == null
                && row.placeSilentFor().compareTo(CommandAttempt.SILENT) > 0)
        .map(row -> reason(definitions, row));
  }

  private static String reason(CommandDefinitions definitions, Row row) {
    String lostAfter =
        definitions
            .find(row.definition(), row.revision())
            .map(Revision::definition)
            .flatMap(CommandDefinition::lostAfter)
            .map(time -> "it counts as gone after " + Times.format(time))
            .orElse(
                "its lost-after is never, so a person decides: start a server there again, or, if the"
                    + " machine is gone, cancel the job and retry it");
    return "its task %s is on %s, which has been silent since %s; %s"
        .formatted(
            row.id(), row.host(), row.placeSeenAt().truncatedTo(ChronoUnit.SECONDS), lostAfter);
  }
}
