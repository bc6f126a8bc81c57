package dev.ekiden.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a failing job is tried and how long it rests in between.
 *
 * <p>The delay before retry <i>n</i> is {@code initialDelay × multiplier^(n-1)}, at most {@code
 * maxDelay}, shortened by a random part of up to {@code jitter} so that jobs that failed together
 * do not come back together.
 *
 * @param maxFailures failures after which the job is FAILED; 1 means never retried
 * @param initialDelay rest before the first retry
 * @param multiplier growth of the rest per retry, at least 1
 * @param maxDelay longest rest, at most {@link JobRequest#MAX_DELAY}
 * @param jitter part of the delay that is random, from 0 (none) to 1 (anything from zero up)
 */
public record RetryPolicy(
    int maxFailures, Duration initialDelay, double multiplier, Duration maxDelay, double jitter) {
  /** Most failures a policy may allow. */
  public static final int MAX_FAILURES = 1_000;

  /** Five failures, resting 1 s, 2 s, 4 s, 8 s, each up to a fifth shorter. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofSeconds(1), 2, Duration.ofHours(1), 0.2);

  /** The first failure is the last. */
  public static final RetryPolicy NEVER =
      new RetryPolicy(1, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0);

  public RetryPolicy {
    Objects.requireNonNull(initialDelay, "initialDelay");
    Objects.requireNonNull(maxDelay, "maxDelay");
    if (maxFailures < 1 || maxFailures > MAX_FAILURES) {
      throw invalid("maxFailures must be 1 to " + MAX_FAILURES + ", not " + maxFailures);
    }
    if (initialDelay.isNegative() || maxDelay.compareTo(initialDelay) < 0) {
      throw invalid("delays must not be negative, and maxDelay not below initialDelay");
    }
    if (maxDelay.compareTo(JobRequest.MAX_DELAY) > 0) {
      throw invalid(
          "maxDelay must be at most %d days, not %s"
              .formatted(JobRequest.MAX_DELAY.toDays(), maxDelay));
    }
    if (!(multiplier >= 1) || !(jitter >= 0 && jitter <= 1)) {
      throw invalid("multiplier must be at least 1 and jitter between 0 and 1");
    }
  }

  /** The default policy with another number of allowed failures. */
  public static RetryPolicy attempts(int maxFailures) {
    return new RetryPolicy(
        maxFailures, DEFAULT.initialDelay, DEFAULT.multiplier, DEFAULT.maxDelay, DEFAULT.jitter);
  }

  /** The same policy with another back-off. */
  public RetryPolicy withDelays(Duration initial, Duration max) {
    return new RetryPolicy(maxFailures, initial, multiplier, max, jitter);
  }

  /** Whether a job that has now failed so many times is tried again. */
  public boolean allowsRetryAfter(int failures) {
    return failures < maxFailures;
  }

  /** How long a job rests after its n-th failure, n from 1. */
  public Duration delayAfter(int failures) {
    double grown = initialDelay.toNanos() * Math.pow(multiplier, Math.max(0, failures - 1));
    double capped = Math.min(grown, (double) maxDelay.toNanos());
    double random = jitter == 0 ? 0 : ThreadLocalRandom.current().nextDouble() * jitter;
    return Duration.ofNanos((long) (capped * (1 - random)));
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_OPTION, "retry policy: " + message);
  }
}
