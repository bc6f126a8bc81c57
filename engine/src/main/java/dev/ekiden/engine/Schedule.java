package dev.ekiden.engine;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that is enqueued by the clock.
 *
 * <p>Firings missed while nothing ran the schedules are made up by one job. A firing that comes
 * while the job of the previous one has not ended is skipped, and counted.
 *
 * @param name what it is called
 * @param definition the definition of its jobs
 * @param payload payload of its jobs as JSON text
 * @param timing when it fires
 * @param zone zone in which a cron expression is read
 * @param pausedAt since when it does not fire, null while it does
 * @param nextAt its next firing, null when there is none
 * @param lastAt its last firing, null before the first
 * @param lastJob the job its last firing enqueued
 * @param skipped firings skipped because the previous job had not ended
 * @param missed firings that nobody was there to run, beyond the one made up
 */
public record Schedule(
    String name,
    String definition,
    String payload,
    Timing timing,
    ZoneId zone,
    @Nullable Instant pausedAt,
    @Nullable Instant nextAt,
    @Nullable Instant lastAt,
    @Nullable Long lastJob,
    long skipped,
    long missed) {

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
