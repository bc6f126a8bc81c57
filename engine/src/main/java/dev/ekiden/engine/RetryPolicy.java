package dev.ekiden.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a failing job is tried and how long it rests in between. Immutable.
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
 * @param rules exceptions from the above for some failures; the first that matches decides, and
 *     without one the rest of the policy does
 */
public record RetryPolicy(
    int maxFailures,
    Duration initialDelay,
    double multiplier,
    Duration maxDelay,
    double jitter,
    List<RetryRule> rules) {
  /** Most failures a policy may allow. */
  public static final int MAX_FAILURES = 1_000;

  /** Most rules of a policy. */
  public static final int MAX_RULES = 50;

  /** From this attempt on every failure counts, so that no job is tried for ever. */
  public static final int MAX_ATTEMPTS = 10_000;

  /** What happens after a failure. */
  sealed interface Verdict {
    /** The job is FAILED. */
    record Fail() implements Verdict {}

    /** The job rests and is tried again. */
    record Retry(Duration delay, boolean counted) implements Verdict {}
  }

  /** Five failures, resting 1 s, 2 s, 4 s, 8 s, each up to a fifth shorter. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofSeconds(1), 2, Duration.ofHours(1), 0.2);

  /** The first failure is the last. */
  public static final RetryPolicy NEVER =
      new RetryPolicy(1, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0);

  public RetryPolicy {
    if (maxFailures < 1 || maxFailures > MAX_FAILURES) {
      throw invalid("maxFailures must be 1 to " + MAX_FAILURES + ", not " + maxFailures);
    }
    checkDelays(initialDelay, multiplier, maxDelay, jitter);
    rules = List.copyOf(rules);
    if (rules.size() > MAX_RULES) {
      throw invalid("at most " + MAX_RULES + " rules are allowed, not " + rules.size());
    }
  }

  /** A policy without rules. */
  public RetryPolicy(
      int maxFailures, Duration initialDelay, double multiplier, Duration maxDelay, double jitter) {
    this(maxFailures, initialDelay, multiplier, maxDelay, jitter, List.of());
  }

  static void checkDelays(
      Duration initialDelay, double multiplier, Duration maxDelay, double jitter) {
    Objects.requireNonNull(initialDelay, "initialDelay");
    Objects.requireNonNull(maxDelay, "maxDelay");
    if (initialDelay.isNegative() || maxDelay.compareTo(initialDelay) < 0) {
      throw invalid("delays must not be negative, and maxDelay not below initialDelay");
    }
    if (maxDelay.compareTo(JobRequest.MAX_DELAY) > 0) {
      throw invalid(
          "maxDelay must be at most %d days, not %s"
              .formatted(JobRequest.MAX_DELAY.toDays(), maxDelay));
    }
    if (!(multiplier >= 1 && multiplier < Double.POSITIVE_INFINITY)
        || !(jitter >= 0 && jitter <= 1)) {
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
    return new RetryPolicy(maxFailures, initial, multiplier, max, jitter, rules);
  }

  /** The same policy with these rules, in this order, in place of its own. */
  public RetryPolicy withRules(RetryRule... some) {
    return new RetryPolicy(maxFailures, initialDelay, multiplier, maxDelay, jitter, List.of(some));
  }

  /**
   * Reads the form that {@link #toJson} writes; {@code rules} and the delays may be left out.
   *
   * @throws InvalidRequestException saying which field is wrong and what is allowed
   */
  public static RetryPolicy fromJson(String json) {
    return RetryPolicyJson.read(json);
  }

  /** The policy as JSON, with ISO-8601 durations such as {@code PT5S}. */
  public String toJson() {
    return Json.write(RetryPolicyJson.write(this));
  }

  /**
   * What happens after a failure.
   *
   * @param failures how often the job has failed, with this one
   * @param attempt the number of the attempt that failed
   */
  Verdict after(Throwable cause, boolean timedOut, int failures, int attempt) {
    if (cause instanceof JobFailure own && !own.isRetryable()) {
      return new Verdict.Fail();
    }
    RetryRule.Action action = new RetryRule.Action.Retry(null, true);
    for (RetryRule rule : rules) {
      if (rule.matches(cause, timedOut)) {
        action = rule.action();
        break;
      }
    }
    return switch (action) {
      case RetryRule.Action.Fail fail -> new Verdict.Fail();
      case RetryRule.Action.Retry retry -> {
        boolean blamed = !(cause instanceof JobFailure own) || own.isCounted();
        boolean counted = (retry.counted() && blamed) || attempt >= MAX_ATTEMPTS;
        if (counted && !allowsRetryAfter(failures)) {
          yield new Verdict.Fail();
        }
        // What does not count cannot make the rest grow by the number of failures.
        int step = counted ? failures : attempt;
        RetryRule.Backoff backoff = retry.backoff();
        Duration asked = cause instanceof JobFailure own ? own.retryAfter() : null;
        Duration delay =
            asked != null ? asked : backoff == null ? delayAfter(step) : backoff.delayAfter(step);
        yield new Verdict.Retry(
            delay.compareTo(JobRequest.MAX_DELAY) > 0 ? JobRequest.MAX_DELAY : delay, counted);
      }
    };
  }

  /** Whether a job that has now failed so many times is tried again. */
  public boolean allowsRetryAfter(int failures) {
    return failures < maxFailures;
  }

  /** How long a job rests after its n-th failure, n from 1. */
  public Duration delayAfter(int failures) {
    return delay(initialDelay, multiplier, maxDelay, jitter, failures);
  }

  static Duration delay(
      Duration initialDelay, double multiplier, Duration maxDelay, double jitter, int failures) {
    double grown = initialDelay.toNanos() * Math.pow(multiplier, Math.max(0, failures - 1));
    double capped = Math.min(grown, (double) maxDelay.toNanos());
    double random = jitter == 0 ? 0 : ThreadLocalRandom.current().nextDouble() * jitter;
    return Duration.ofNanos((long) (capped * (1 - random)));
  }

  static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_OPTION, "retry policy: " + message);
  }
}
