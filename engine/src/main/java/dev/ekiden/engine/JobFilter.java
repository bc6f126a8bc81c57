package dev.ekiden.engine;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs; conditions are joined by "and", null means any.
 *
 * @param states any of these; empty means all
 * @param group the tenant they belong to
 * @param createdFrom enqueued at or after
 * @param createdBefore enqueued before
 * @param fromId this job or a later one
 * @param toId this job or an earlier one
 * @param parent the array job whose children they are
 */
public record JobFilter(
    Set<JobState> states,
    @Nullable String queue,
    @Nullable String definition,
    @Nullable String key,
    @Nullable String group,
    @Nullable Instant createdFrom,
    @Nullable Instant createdBefore,
    @Nullable Long fromId,
    @Nullable Long toId,
    @Nullable Long parent) {

  /** Every job. */
  public static final JobFilter ALL =
      new JobFilter(Set.of(), null, null, null, null, null, null, null, null, null);

  public JobFilter {
    states = Set.copyOf(states);
    if (queue != null) {
      JobDefinition.checkName("queue", queue);
    }
    if (definition != null) {
      JobDefinition.checkName("definition", definition);
    }
    if (group != null) {
      Group.check(group);
    }
    if (createdFrom != null && createdBefore != null && !createdFrom.isBefore(createdBefore)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER,
          "createdFrom %s must be before createdBefore %s".formatted(createdFrom, createdBefore));
    }
    if ((fromId != null && fromId < 1) || (toId != null && toId < 1)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER,
          "fromId and toId must be positive, not " + fromId + " and " + toId);
    }
    if (parent != null && parent < 1) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER, "parent must be positive, not " + parent);
    }
    if (fromId != null && toId != null && fromId > toId) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER,
          "fromId %d must not be greater than toId %d".formatted(fromId, toId));
    }
  }

  /** Whether it has no condition but states, if any. */
  public boolean isEverything() {
    return new JobFilter(
            Set.of(),
            queue,
            definition,
            key,
            group,
            createdFrom,
            createdBefore,
            fromId,
            toId,
            parent)
        .equals(ALL);
  }

  public JobFilter withStates(JobState first, JobState... rest) {
    return withStates(EnumSet.of(first, rest));
  }

  /** Any of these states; all when there are none. */
  public JobFilter withStates(Set<JobState> values) {
    return new JobFilter(
        values, queue, definition, key, group, createdFrom, createdBefore, fromId, toId, parent);
  }

  public JobFilter withQueue(String value) {
    return new JobFilter(
        states, value, definition, key, group, createdFrom, createdBefore, fromId, toId, parent);
  }

  public JobFilter withDefinition(String value) {
    return new JobFilter(
        states, queue, value, key, group, createdFrom, createdBefore, fromId, toId, parent);
  }

  public JobFilter withKey(String value) {
    return new JobFilter(
        states, queue, definition, value, group, createdFrom, createdBefore, fromId, toId, parent);
  }

  public JobFilter withGroup(String value) {
    return new JobFilter(
        states, queue, definition, key, value, createdFrom, createdBefore, fromId, toId, parent);
  }

  /** Jobs with ids from one to another, both included. */
  public JobFilter withIds(long from, long to) {
    return new JobFilter(
        states, queue, definition, key, group, createdFrom, createdBefore, from, to, parent);
  }

  /** Children of an array job. */
  public JobFilter withParent(long value) {
    return new JobFilter(
        states, queue, definition, key, group, createdFrom, createdBefore, fromId, toId, value);
  }

  /** Jobs enqueued from one time to before another; null for no bound. */
  public JobFilter withCreated(@Nullable Instant from, @Nullable Instant before) {
    return new JobFilter(states, queue, definition, key, group, from, before, fromId, toId, parent);
  }
}
