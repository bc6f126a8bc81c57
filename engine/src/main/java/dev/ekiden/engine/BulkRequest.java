package dev.ekiden.engine;

import dev.ekiden.engine.Limit.Rate;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done to all jobs of a filter that exist when it begins.
 *
 * @param filter which jobs; it must have a condition, so that nobody cancels everything by mistake.
 *     Without states, a retry takes the FAILED ones, a clone all, and a cancel all that have not
 *     ended
 * @param changes of clones
 * @param rate spreads the starts over time: the n-th job may start n/rate after the operation
 *     began; null for no such cap
 */
public record BulkRequest(
    Action action, JobFilter filter, JobChanges changes, @Nullable Rate rate) {

  /** What is done to each job. */
  public enum Action {
    /** FAILED and CANCELED jobs run again with no failures counted, SCHEDULED ones run now. */
    RETRY(
        EnumSet.of(JobState.FAILED, JobState.CANCELED, JobState.SCHEDULED),
        EnumSet.of(JobState.FAILED)),
    /** A new job is made from each. */
    CLONE(EnumSet.allOf(JobState.class), EnumSet.allOf(JobState.class)),
    /** Jobs that wait are CANCELED, those that run are asked to stop. */
    CANCEL(
        EnumSet.of(JobState.SCHEDULED, JobState.BLOCKED, JobState.READY, JobState.RUNNING),
        EnumSet.of(JobState.SCHEDULED, JobState.BLOCKED, JobState.READY, JobState.RUNNING));

    @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
    private final Set<JobState> allowed;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
    private final Set<JobState> usual;

    Action(Set<JobState> allowed, Set<JobState> usual) {
      this.allowed = Set.copyOf(allowed);
      this.usual = Set.copyOf(usual);
    }
  }

  public BulkRequest {
    if (filter.isEverything()) {
      throw invalid(
          "give a condition besides the states: queue, definition, key, group, time or ids");
    }
    if (filter.states().isEmpty()) {
      filter = filter.withStates(action.usual);
    }
    if (!action.allowed.containsAll(filter.states())) {
      throw invalid(
          "only jobs that are %s can be taken by a %s, not %s"
              .formatted(names(action.allowed), lower(action), names(filter.states())));
    }
    if (action == Action.CANCEL && rate != null) {
      throw invalid("a cancel has no rate");
    }
    if (action != Action.CLONE && !changes.equals(JobChanges.NONE)) {
      throw invalid("only clones can be changed; a retry runs the job as it is");
    }
  }

  public static BulkRequest retry(JobFilter filter) {
    return new BulkRequest(Action.RETRY, filter, JobChanges.NONE, null);
  }

  public static BulkRequest clone(JobFilter filter, JobChanges changes) {
    return new BulkRequest(Action.CLONE, filter, changes, null);
  }

  public static BulkRequest cancel(JobFilter filter) {
    return new BulkRequest(Action.CANCEL, filter, JobChanges.NONE, null);
  }

  public BulkRequest withRate(Rate value) {
    return new BulkRequest(action, filter, changes, value);
  }

  private static String names(Set<JobState> states) {
    return states.stream().sorted().map(BulkRequest::lower).collect(Collectors.joining(", "));
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_FILTER, message);
  }
}
