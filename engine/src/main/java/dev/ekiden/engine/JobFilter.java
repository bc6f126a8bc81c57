package dev.ekiden.engine;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs; conditions are joined by "and", null means any.
 *
 * @param states any of these; empty means all
 * @param createdFrom enqueued at or after
 * @param createdBefore enqueued before
 */
public record JobFilter(
    Set<JobState> states,
    @Nullable String queue,
    @Nullable String definition,
    @Nullable String key,
    @Nullable Instant createdFrom,
    @Nullable Instant createdBefore) {

  /** Every job. */
  public static final JobFilter ALL = new JobFilter(Set.of(), null, null, null, null, null);

  public JobFilter {
    states = Set.copyOf(states);
    if (queue != null) {
      JobDefinition.checkName("queue", queue);
    }
    if (definition != null) {
      JobDefinition.checkName("definition", definition);
    }
    if (createdFrom != null && createdBefore != null && !createdFrom.isBefore(createdBefore)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER,
          "createdFrom %s must be before createdBefore %s".formatted(createdFrom, createdBefore));
    }
  }

  public JobFilter withStates(JobState first, JobState... rest) {
    return new JobFilter(
        EnumSet.of(first, rest), queue, definition, key, createdFrom, createdBefore);
  }

  public JobFilter withQueue(String value) {
    return new JobFilter(states, value, definition, key, createdFrom, createdBefore);
  }

  public JobFilter withDefinition(String value) {
    return new JobFilter(states, queue, value, key, createdFrom, createdBefore);
  }

  public JobFilter withKey(String value) {
    return new JobFilter(states, queue, definition, value, createdFrom, createdBefore);
  }
}
