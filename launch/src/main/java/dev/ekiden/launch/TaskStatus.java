package dev.ekiden.launch;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How a task is.
 *
 * @param id of the task
 * @param labels it was launched with
 * @param capacityClass it was launched for
 * @param phase how far it is, and how it ended
 * @param asked when it was launched
 * @param started when its program began to run
 * @param ended when it ended
 * @param use what it used, complete when it has ended
 */
public record TaskStatus(
    TaskId id,
    SortedMap<String, String> labels,
    String capacityClass,
    Phase phase,
    Instant asked,
    Optional<Instant> started,
    Optional<Instant> ended,
    ResourceUse use) {

  public TaskStatus {
    labels = Labels.copy(labels);
  }

  /** How the task ended, if it has. */
  public Optional<Ending> ending() {
    return phase instanceof Phase.Ended(Ending ending) ? Optional.of(ending) : Optional.empty();
  }

  public boolean hasEnded() {
    return phase instanceof Phase.Ended;
  }
}
