package dev.ekiden.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The jobs that a job waits for. Immutable.
 *
 * <p>What counts of a parent is its first end after the job was enqueued, or the end that it has
 * then: running it again later changes nothing for jobs that were decided by then. A job whose
 * condition can no longer be met ends CANCELED with the error type {@code dependency}, and so those
 * that wait for its success. Who retries such a job runs it without waiting.
 *
 * @param mode whether all parents count, or one is enough
 * @param parents what is expected of each, at most {@link #MAX_PARENTS}
 */
public record Dependencies(Mode mode, Map<Long, Condition> parents) {
  /** Most jobs that one job waits for. */
  public static final int MAX_PARENTS = 1_000;

  /** How many parents count. */
  public enum Mode {
    /** Every parent must end as expected. */
    ALL,
    /** One parent that ends as expected is enough. */
    ANY
  }

  /** How a parent is expected to end. */
  public enum Condition {
    /** SUCCEEDED. */
    SUCCESS,
    /** FAILED. */
    FAILURE,
    /** SUCCEEDED, FAILED or CANCELED. */
    END;

    /** Whether an end is as expected. */
    public boolean isMetBy(JobState end) {
      return switch (this) {
        case SUCCESS -> end == JobState.SUCCEEDED;
        case FAILURE -> end == JobState.FAILED;
        case END -> end.isEnded();
      };
    }
  }

  public Dependencies {
    Objects.requireNonNull(mode, "mode");
    // Keeps the order in which they were given, for messages.
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
    if (parents.isEmpty() || parents.size() > MAX_PARENTS) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "a job waits for 1 to %d others, not %d".formatted(MAX_PARENTS, parents.size()));
    }
  }

  /** Waits for the success of all. */
  public static Dependencies all(long... ids) {
    return all(Condition.SUCCESS, ids);
  }

  /** Waits until all have ended as expected. */
  public static Dependencies all(Condition condition, long... ids) {
    return new Dependencies(Mode.ALL, parents(Map.of(), condition, ids));
  }

  /** Waits until one of them has ended as expected. */
  public static Dependencies any(Condition condition, long... ids) {
    return new Dependencies(Mode.ANY, parents(Map.of(), condition, ids));
  }

  /** The same with more parents. */
  public Dependencies and(Condition condition, long... ids) {
    return new Dependencies(mode, parents(parents, condition, ids));
  }

  private static Map<Long, Condition> parents(
      Map<Long, Condition> before, Condition condition, long... ids) {
    Objects.requireNonNull(condition, "condition");
    Map<Long, Condition> parents = new LinkedHashMap<>(before);
    for (long id : ids) {
      parents.put(id, condition);
    }
    return parents;
  }
}
