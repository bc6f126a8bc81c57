package dev.ekiden.fleet;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one decision leaves for the next; plain data, stored with the decision.
 *
 * @param surplusSince since when there have been too many workers, null while there are not
 * @param surplusPeak the most workers that were needed since then
 * @param resting classes that could not place and rest
 */
public record Memory(
    @Nullable Instant surplusSince, int surplusPeak, Map<CapacityClass, Rest> resting) {
  /** Before the first decision. */
  public static final Memory NONE = new Memory(null, 0, Map.of());

  /**
   * A class that could not place.
   *
   * @param failures decisions in a row that heard of a failed placement and of no worker that came
   *     up
   * @param until when it may be tried again
   */
  public record Rest(int failures, Instant until) {}

  public Memory {
    resting = java.util.Collections.unmodifiableMap(new TreeMap<>(resting));
  }
}
