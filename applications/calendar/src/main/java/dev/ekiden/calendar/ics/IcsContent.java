package dev.ekiden.calendar.ics;

import dev.ekiden.calendar.files.ImportProblem;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a calendar file says about time, and nothing else of it. Immutable.
 *
 * @param blocks when each event blocks, by UID; events that block nothing are not there
 * @param refused UIDs with an event that could not be understood
 * @param events how many events the file has
 * @param problems in the order of the lines; the column is the property
 */
public record IcsContent(
    Map<String, Set<Period>> blocks,
    Set<String> refused,
    int events,
    List<ImportProblem> problems) {

  public IcsContent {
    blocks = Map.copyOf(blocks);
    refused = Set.copyOf(refused);
    problems = List.copyOf(problems);
  }
}
