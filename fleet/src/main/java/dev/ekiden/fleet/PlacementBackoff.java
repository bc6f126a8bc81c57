package dev.ekiden.fleet;

import java.time.Duration;

/**
 * How long a class rests after workers of it could not be placed: the first time {@code first},
 * then twice as long each time, at most {@code most}. A worker of it that came up ends this.
 *
 * @param first 1 s to 1 day
 * @param most at least {@code first}, at most 1 day
 */
public record PlacementBackoff(Duration first, Duration most) {
  /** Shortest rest. */
  public static final Duration MIN = Duration.ofSeconds(1);

  /** Longest rest. */
  public static final Duration MAX = Duration.ofDays(1);

  /** 15 s, doubling to 15 min. */
  public static final PlacementBackoff DEFAULT =
      new PlacementBackoff(Duration.ofSeconds(15), Duration.ofMinutes(15));

  public PlacementBackoff {
    Checks.range("first rest of a class", first, MIN, MAX);
    Checks.range("longest rest of a class", most, MIN, MAX);
    if (first.compareTo(most) > 0) {
      throw Checks.refuse(
          "first rest of a class", "at most " + Times.format(most), Times.format(first));
    }
  }

  /**
   * The rest after a failure.
   *
   * @param failures in a row, 1 for the first
   */
  public Duration after(int failures) {
    Duration rest = first;
    for (int i = 1; i < failures && rest.compareTo(most) < 0; i++) {
      rest = rest.multipliedBy(2);
    }
    return rest.compareTo(most) > 0 ? most : rest;
  }
}
