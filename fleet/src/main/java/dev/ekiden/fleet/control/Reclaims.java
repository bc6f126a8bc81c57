package dev.ekiden.fleet.control;

import dev.ekiden.fleet.Checks;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Makes the class {@code spot} of a local launcher behave like spot: after a random life a worker's
 * machine is taken away. The worker gets the signal to end and the fleet's grace to finish in, what
 * it cannot finish goes back and is no failure, and the task's ending says that it was reclaimed.
 *
 * @param meanLife 1 s to 30 days; lives are exponential, so a worker that has lived long is no more
 *     likely to go than a new one
 * @param seed the same seed gives the n-th spot worker of a fleet the same life
 */
public record Reclaims(Duration meanLife, long seed) {
  /** Shortest mean life. */
  public static final Duration MIN_LIFE = Duration.ofSeconds(1);

  /** Longest mean life. */
  public static final Duration MAX_LIFE = Duration.ofDays(30);

  public Reclaims {
    Checks.range("mean-life", meanLife, MIN_LIFE, MAX_LIFE);
  }

  /**
   * How long a worker of the class lives.
   *
   * @param number 1 for the first spot worker of the fleet
   */
  public Duration life(long number) {
    double uniform = new SplittableRandom(seed * 1_000_003 + number).nextDouble();
    double seconds = -meanLife.toMillis() / 1_000.0 * Math.log(1 - uniform);
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
