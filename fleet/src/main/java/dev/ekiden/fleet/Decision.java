package dev.ekiden.fleet;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done now, and why.
 *
 * @param desired how many workers there should be
 * @param launches one entry for each worker to start, in order
 * @param stops idle workers to stop, by class
 * @param why the figures it rests on and the term that won
 * @param rejected the terms that did not win
 * @param nextLook when to decide again at the latest
 * @param memory what the next decision must be given
 */
public record Decision(
    int desired,
    List<Placement> launches,
    List<Stop> stops,
    List<Term> why,
    List<String> rejected,
    Instant nextLook,
    Memory memory) {

  /**
   * A worker to start.
   *
   * @param insteadOf whose turn it was, if this class stands in for another; else null
   */
  public record Placement(CapacityClass capacityClass, @Nullable CapacityClass insteadOf) {}

  /** Idle workers of one class to stop. */
  public record Stop(CapacityClass capacityClass, int workers) {}

  public Decision {
    launches = List.copyOf(launches);
    stops = List.copyOf(stops);
    why = List.copyOf(why);
    rejected = List.copyOf(rejected);
  }

  /** Why, in one sentence. */
  public String reason() {
    return Sentence.of(why);
  }

  /** How many workers to stop. */
  public int stopping() {
    return stops.stream().mapToInt(Stop::workers).sum();
  }
}
