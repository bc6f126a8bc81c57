package dev.ekiden.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * What makes jobs of one queue belong together. The scope of a key is its queue.
 *
 * <p>A key is 1 to {@value #MAX_LENGTH} characters without control characters.
 */
public sealed interface Key {
  /** Longest key, in characters. */
  int MAX_LENGTH = 200;

  /** Most jobs of a {@link Limit} key that may be let run at once. */
  int MAX_RUNNING = 10_000;

  /** Longest time a {@link Unique} key is remembered. */
  Duration MAX_WINDOW = Duration.ofDays(365);

  /** The text of the key. */
  String value();

  /**
   * At most one job of the key runs; a claim takes everything of the key that waits as one attempt
   * of the newest job, and the absorbed jobs end as that job ends.
   */
  static Key coalesce(String value) {
    return new Coalesce(value);
  }

  /**
   * Enqueueing the same key again within the window returns the job that exists, even when it has
   * ended.
   */
  static Key unique(String value, Duration window) {
    return new Unique(value, window);
  }

  /**
   * One job of the key runs at a time, in the order of their ids; one that rests after a failure
   * keeps its place and the key waits. After a job has FAILED or was CANCELED the key goes on.
   */
  static Serial serial(String value) {
    return new Serial(value, false);
  }

  /**
   * At most so many jobs of the key run at a time, in no particular order. Jobs of one key that
   * name other limits are each held to their own.
   *
   * @param running 1 to {@value #MAX_RUNNING}
   */
  static Key limit(String value, int running) {
    return new Limit(value, running);
  }

  /** See {@link Key#coalesce}. */
  record Coalesce(String value) implements Key {
    public Coalesce {
      check(value);
    }
  }

  /** See {@link Key#unique}. */
  record Unique(String value, Duration window) implements Key {
    public Unique {
      check(value);
      Objects.requireNonNull(window, "window");
      if (window.isNegative() || window.isZero() || window.compareTo(MAX_WINDOW) > 0) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_KEY,
            "the window of a unique key must be positive and at most "
                + MAX_WINDOW.toDays()
                + " days, not "
                + window);
      }
    }
  }

  /**
   * See {@link Key#serial}.
   *
   * @param holdsOnFailure whether the key stops when one of its jobs has FAILED, until {@link
   *     Queues#releaseKey} lets it go on
   */
  record Serial(String value, boolean holdsOnFailure) implements Key {
    public Serial {
      check(value);
    }

    /** The same key, but it stops when one of its jobs has FAILED. */
    public Serial holdOnFailure() {
      return new Serial(value, true);
    }
  }

  /** See {@link Key#limit}. */
  record Limit(String value, int running) implements Key {
    public Limit {
      check(value);
      if (running < 1 || running > MAX_RUNNING) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_KEY,
            "a key may limit its running jobs to 1 to %d, not %d".formatted(MAX_RUNNING, running));
      }
    }
  }

  private static void check(String value) {
    Objects.requireNonNull(value, "value");
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_KEY,
          "a key must have 1 to %d characters, not %d".formatted(MAX_LENGTH, value.length()));
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_KEY, "a key must not contain control characters");
    }
  }
}
