package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import java.time.Duration;

/**
 * Jobs that are alike.
 *
 * @param priority 0 to 9, 9 first
 * @param fails the part of the attempts that fail at their end, 0 to 0.99
 * @param attempts most attempts of a job, 1 to 100; attempts lost with their worker do not count
 * @param retryAfter from a failure to the next attempt
 */
public record JobKind(
    String name,
    int priority,
    Arrivals arrivals,
    RunTime runTime,
    double fails,
    int attempts,
    Duration retryAfter) {
  /** Highest priority. */
  public static final int MAX_PRIORITY = 9;

  /** Most attempts. */
  public static final int MAX_ATTEMPTS = 100;

  public JobKind {
    Checks.range("priority", priority, 0, MAX_PRIORITY);
    Checks.range("fails", fails, 0, 0.99);
    Checks.range("attempts", attempts, 1, MAX_ATTEMPTS);
    Checks.range("retry-after", retryAfter, Duration.ZERO, Times.MAX);
  }
}
