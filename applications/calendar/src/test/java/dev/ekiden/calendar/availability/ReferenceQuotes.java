package dev.ekiden.calendar.availability;

import java.time.Instant;
import java.util.Optional;

/** The brute-force calculator for tests of other packages. */
public final class ReferenceQuotes {
  private static final HolidayCalendars HOLIDAYS = new HolidayCalendars();

  private final ReferenceCalculator reference;

  public ReferenceQuotes(Truth truth) {
    HolidayCalendar holidays = HOLIDAYS.get(truth.venue().holidayCalendar());
    this.reference = new ReferenceCalculator(truth, holidays::isHoliday);
  }

  /** What the booking costs, or nothing if it is not possible. */
  public Optional<Quote> quote(Instant start, Instant end, Instant now) {
    return reference.quote(start, end, now);
  }
}
