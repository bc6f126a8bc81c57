package dev.ekiden.calendar.read;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Explanation;
import dev.ekiden.calendar.availability.Explanation.Reason;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.store.TruthReader;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds out from the truth why plans cannot be booked. Safe for use by many threads. */
public final class WhyNot {

  /** The truth allows it, so the cached calendar is behind or missing. */
  private static final Reason NOT_READY =
      new Reason(
          Unavailable.CALENDAR_NOT_READY,
          "The calendar of this time has not been computed yet; ask again in a moment.");

  private final Database database;
  private final HolidayCalendars holidays;
  private final TruthReader reader = new TruthReader();

  public WhyNot(Database database, HolidayCalendars holidays) {
    this.database = database;
    this.holidays = holidays;
  }

  /**
   * The reasons, by plan id, for plans that the cached calendars do not offer for {@code [start,
   * end)}. Never empty for a plan that exists.
   */
  public Map<Long, List<Reason>> explain(
      Collection<Long> planIds, Instant start, Instant end, Instant now) {
    if (planIds.isEmpty()) {
      return Map.of();
    }
    Instant longest = start.plus(Duration.ofMinutes(BookingRules.MAXIMUM_BOOKING_MINUTES));
    LocalDate from = LocalDate.ofInstant(start, ZoneOffset.UTC);
    LocalDate to = LocalDate.ofInstant(end.isBefore(longest) ? end : longest, ZoneOffset.UTC);
    var truths = database.inSnapshot(handle -> reader.read(handle, planIds, from, to));
    Map<Long, List<Reason>> reasons = new LinkedHashMap<>();
    truths.forEach((planId, truth) -> {
      Explanation explanation = Explanation.explain(holidays, truth, start, end, now);
      reasons.put(planId, explanation.isBookable() ? List.of(NOT_READY) : explanation.reasons());
    });
    return reasons;
  }
}
