package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule does when it cannot simply fire. Immutable; each {@code with} returns a copy.
 *
 * @param missed what becomes of firings nobody was there to run
 * @param catchUp most missed firings that {@link Missed#RUN_ALL} makes up at once, the newest ones;
 *     1 to {@link #MAX_CATCH_UP}
 * @param overlap what becomes of a firing while the job of the one before has not ended
 * @param startBefore how late a firing may enqueue its job; a later one is dropped. Null for any
 *     lateness
 * @param businessDays the days a cron schedule fires on, or null for all
 */
public record SchedulePolicy(
    Missed missed,
    int catchUp,
    Overlap overlap,
    @Nullable Duration startBefore,
    @Nullable BusinessDays businessDays) {

  /** What becomes of firings nobody was there to run. */
  public enum Missed {
    /** None is made up: only a firing that is on time enqueues a job. */
    SKIP,
    /** One job makes up for all of them. */
    RUN_ONCE,
    /** Each enqueues its job, oldest first; not together with {@link Overlap#SKIP}. */
    RUN_ALL
  }

  /** What becomes of a firing while the job of the one before has not ended. */
  public enum Overlap {
    /** It enqueues its job beside the other. */
    ALLOW,
    /** It is dropped. */
    SKIP,
    /** It waits, and enqueues its job within about half a second of the other's end. */
    BUFFER
  }

  /** What becomes of a firing on a day that is no business day. */
  public enum DayRule {
    /** It is dropped. */
    SKIP,
    /** It happens at the same local time on the next business day. */
    NEXT,
    /** It happens at the same local time on the business day before. */
    PREVIOUS
  }

  /**
   * The days a schedule fires on. Firings that several days move to one day's same time are one.
   *
   * @param calendar name of a {@link BusinessCalendar}
   */
  public record BusinessDays(String calendar, DayRule rule) {
    public BusinessDays {
      JobDefinition.checkName("business calendar", calendar);
      Objects.requireNonNull(rule, "rule");
    }
  }

  /** A firing handled later than this is no longer on time. */
  public static final Duration ON_TIME = Duration.ofMinutes(1);

  /** Most missed firings that are made up at once. */
  public static final int MAX_CATCH_UP = 1_000;

  /** Missed firings that {@link Missed#RUN_ALL} makes up unless said otherwise. */
  public static final int DEFAULT_CATCH_UP = 100;

  /** Most firings that wait with {@link Overlap#BUFFER}; more are skipped. */
  public static final int MAX_BUFFERED = 1_000;

  /** Shortest window of {@link #startBefore}. */
  public static final Duration MIN_START_BEFORE = Duration.ofSeconds(1);

  /** Longest window of {@link #startBefore}. */
  public static final Duration MAX_START_BEFORE = Duration.ofDays(365);

  /** Missed firings are made up by one job, overlapping ones skipped, on all days. */
  public static final SchedulePolicy DEFAULT =
      new SchedulePolicy(Missed.RUN_ONCE, DEFAULT_CATCH_UP, Overlap.SKIP, null, null);

  public SchedulePolicy {
    Objects.requireNonNull(missed, "missed");
    Objects.requireNonNull(overlap, "overlap");
    if (catchUp < 1 || catchUp > MAX_CATCH_UP) {
      throw invalid("catchUp must be 1 to %d firings, not %d".formatted(MAX_CATCH_UP, catchUp));
    }
    if (missed == Missed.RUN_ALL && overlap == Overlap.SKIP) {
      throw invalid(
          "missed RUN_ALL needs overlap BUFFER or ALLOW; with SKIP the first job that is made up"
              + " would have the others skipped");
    }
    if (startBefore != null
        && (startBefore.compareTo(MIN_START_BEFORE) < 0
            || startBefore.compareTo(MAX_START_BEFORE) > 0)) {
      throw invalid(
          "startBefore must be between %s and %s, not %s"
              .formatted(MIN_START_BEFORE, MAX_START_BEFORE, startBefore));
    }
  }

  /** With another rule for missed firings. */
  public SchedulePolicy withMissed(Missed value) {
    return new SchedulePolicy(value, catchUp, overlap, startBefore, businessDays);
  }

  /** With another number of missed firings that are made up at once. */
  public SchedulePolicy withCatchUp(int firings) {
    return new SchedulePolicy(missed, firings, overlap, startBefore, businessDays);
  }

  /** With another rule for overlapping firings. */
  public SchedulePolicy withOverlap(Overlap value) {
    return new SchedulePolicy(missed, catchUp, value, startBefore, businessDays);
  }

  /** With a window after which a late firing is dropped. */
  public SchedulePolicy withStartBefore(Duration window) {
    return new SchedulePolicy(missed, catchUp, overlap, window, businessDays);
  }

  /** Firing on the business days of a calendar. */
  public SchedulePolicy onBusinessDays(String calendar, DayRule rule) {
    return new SchedulePolicy(
        missed, catchUp, overlap, startBefore, new BusinessDays(calendar, rule));
  }

  /** Whether it is too late for a firing to enqueue its job. */
  boolean isLate(Instant due, Instant now) {
    return startBefore != null && due.plus(startBefore).isBefore(now);
  }

  /**
   * Reads a rule in any case, words joined by {@code _} or {@code -}.
   *
   * @throws InvalidRequestException naming the values there are
   */
  public static <E extends Enum<E>> E parse(Class<E> type, String field, String text) {
    String wanted = text.replace('-', '_').toUpperCase(Locale.ROOT);
    for (E value : type.getEnumConstants()) {
      if (value.name().equals(wanted)) {
        return value;
      }
    }
    throw invalid(
        "%s must be one of %s, not '%s'"
            .formatted(field, Arrays.toString(type.getEnumConstants()), text));
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_OPTION, message);
  }
}
