package dev.ekiden.engine;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that is enqueued by the clock.
 *
 * <p>Its {@link SchedulePolicy} says what becomes of firings it cannot simply run; {@link
 * Schedules#history} what became of the last ones.
 *
 * @param name what it is called
 * @param definition the definition of its jobs
 * @param payload payload of its jobs as JSON text
 * @param timing when it fires
 * @param zone zone in which a cron expression is read
 * @param policy what it does about missed, overlapping and late firings and about days off
 * @param pausedAt since when it does not fire, null while it does
 * @param nextAt its next firing that enqueues a job, null when there is none
 * @param lastAt when it last enqueued a job, null before the first
 * @param lastJob the job its last firing enqueued
 * @param skipped firings dropped by a rule: overlap, no business day
 * @param missed firings not handled in time and not made up by a job of their own
 * @param waiting firings that wait for the job before to end
 */
public record Schedule(
    String name,
    String definition,
    String payload,
    Timing timing,
    ZoneId zone,
    SchedulePolicy policy,
    @Nullable Instant pausedAt,
    @Nullable Instant nextAt,
    @Nullable Instant lastAt,
    @Nullable Long lastJob,
    long skipped,
    long missed,
    long waiting) {

  public boolean isPaused() {
    return pausedAt != null;
  }

  /**
   * Reads the name of a zone.
   *
   * @throws InvalidRequestException when the time-zone database does not know it
   */
  public static ZoneId zone(String name) {
    Objects.requireNonNull(name, "zone");
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_ZONE,
          "'" + name + "' is not a time zone; use an IANA name such as Asia/Tokyo or UTC",
          e);
    }
  }
}
