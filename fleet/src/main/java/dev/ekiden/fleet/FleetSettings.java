package dev.ekiden.fleet;

import java.time.Duration;

/**
 * What a fleet should be; changed at any time, and the next decision goes by the new ones.
 *
 * @param min fewest workers, 0 and up; kept even when nothing waits
 * @param max most workers, at least 1 and at least {@code min}; workers that drain do not count, so
 *     that one being reclaimed can be replaced before it is gone
 * @param slots jobs that one worker runs at once
 * @param policy how the number follows the demand
 * @param mix which classes they are of
 * @param scaleInAfter how long workers must have been too many before idle ones stop
 * @param backoff how long a class rests that could not place
 * @param lookEvery the longest time between two decisions
 */
public record FleetSettings(
    int min,
    int max,
    int slots,
    ScalingPolicy policy,
    CapacityMix mix,
    Duration scaleInAfter,
    PlacementBackoff backoff,
    Duration lookEvery) {
  /** Most workers of a fleet. */
  public static final int MAX_WORKERS = 10_000;

  /** Most jobs that one worker runs at once. */
  public static final int MAX_SLOTS = 1_000;

  /** Longest rest before idle workers stop. */
  public static final Duration MAX_SCALE_IN_AFTER = Duration.ofDays(1);

  /** Shortest time between two decisions. */
  public static final Duration MIN_LOOK_EVERY = Duration.ofMillis(100);

  /** Longest time between two decisions. */
  public static final Duration MAX_LOOK_EVERY = Duration.ofMinutes(10);

  /** Until idle workers stop, if nothing else is said: the shortest time a task is billed for. */
  public static final Duration DEFAULT_SCALE_IN_AFTER = Duration.ofMinutes(1);

  /** Between two decisions, if nothing else is said. */
  public static final Duration DEFAULT_LOOK_EVERY = Duration.ofSeconds(1);

  public FleetSettings {
    Checks.range("max", max, 1, MAX_WORKERS);
    Checks.range("min", min, 0, MAX_WORKERS);
    if (min > max) {
      throw Checks.refuse("min", "at most max, which is " + max, Integer.toString(min));
    }
    Checks.range("slots", slots, 1, MAX_SLOTS);
    Checks.range("scale-in-after", scaleInAfter, Duration.ZERO, MAX_SCALE_IN_AFTER);
    Checks.range("look-every", lookEvery, MIN_LOOK_EVERY, MAX_LOOK_EVERY);
  }

  /** One job at a time per worker, all on demand, scaled in after a minute. */
  public static FleetSettings of(int min, int max, ScalingPolicy policy) {
    return new FleetSettings(
        min,
        max,
        1,
        policy,
        CapacityMix.only(CapacityClass.ON_DEMAND),
        DEFAULT_SCALE_IN_AFTER,
        PlacementBackoff.DEFAULT,
        DEFAULT_LOOK_EVERY);
  }

  public FleetSettings withMin(int value) {
    return new FleetSettings(value, max, slots, policy, mix, scaleInAfter, backoff, lookEvery);
  }

  public FleetSettings withMax(int value) {
    return new FleetSettings(min, value, slots, policy, mix, scaleInAfter, backoff, lookEvery);
  }

  public FleetSettings withSlots(int value) {
    return new FleetSettings(min, max, value, policy, mix, scaleInAfter, backoff, lookEvery);
  }

  public FleetSettings withPolicy(ScalingPolicy value) {
    return new FleetSettings(min, max, slots, value, mix, scaleInAfter, backoff, lookEvery);
  }

  public FleetSettings withMix(CapacityMix value) {
    return new FleetSettings(min, max, slots, policy, value, scaleInAfter, backoff, lookEvery);
  }

  public FleetSettings withScaleInAfter(Duration value) {
    return new FleetSettings(min, max, slots, policy, mix, value, backoff, lookEvery);
  }

  public FleetSettings withBackoff(PlacementBackoff value) {
    return new FleetSettings(min, max, slots, policy, mix, scaleInAfter, value, lookEvery);
  }

  public FleetSettings withLookEvery(Duration value) {
    return new FleetSettings(min, max, slots, policy, mix, scaleInAfter, backoff, value);
  }
}
