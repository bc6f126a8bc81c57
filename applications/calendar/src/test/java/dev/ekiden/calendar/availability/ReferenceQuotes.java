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

  /** Of the scarcest resource, the units that no occupation with buffers touches. */
  public static int unitsFree(Truth truth, Instant start, Instant end) {
    Instant from = start.minusSeconds(truth.plan().rules().bufferBeforeMinutes() * 60L);
    Instant to = end.plusSeconds(truth.plan().rules().bufferAfterMinutes() * 60L);
    int least = Integer.MAX_VALUE;
    for (Resource resource : truth.resources()) {
      int free = 0;
      for (ResourceUnit unit : resource.units()) {
        boolean taken =
            truth.occupations().stream()
                .anyMatch(other ->
                    other.unitId() == unit.id()
                        && other.from().isBefore(to)
                        && from.isBefore(other.to()));
        free += taken ? 0 : 1;
      }
      least = Math.min(least, free);
    }
    return least;
  }
}
