package dev.ekiden.calendar.availability;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Compares a stored calendar with the reference, quarter hour by quarter hour. */
public final class BruteForce {

  private BruteForce() {}

  /**
   * The first time at which what the stored bytes answer is not what brute force says of the truth,
   * for the shortest booking and one of two units more.
   *
   * @param terms and {@code days} as stored
   * @param from first day whose starts are compared, of {@code count}
   */
  public static Optional<String> difference(
      Truth truth, byte[] terms, List<byte[]> days, Instant now, LocalDate from, int count) {
    HolidayCalendar holidays = Fixture.HOLIDAYS.get(truth.venue().holidayCalendar());
    var reference = new ReferenceCalculator(truth, holidays::isHoliday);
    var availability =
        new Availability(
            PlanTermsCodec.decode(terms), days.stream().map(CalendarDayCodec::decode).toList());
    BookingRules rules = truth.plan().rules();
    Instant first = from.atStartOfDay(truth.venue().zone()).toInstant();
    Instant last = from.plusDays(count).atStartOfDay(truth.venue().zone()).toInstant();
    for (int units : new int[] {0, 2}) {
      Duration length = Duration.ofMinutes(rules.minimumMinutes() + units * rules.unitMinutes());
      for (Instant start = first;
          !start.plus(length).isAfter(last);
          start = start.plus(Duration.ofMinutes(15))) {
        Instant end = start.plus(length);
        Answer wanted =
            reference
                .quote(start, end, now)
                .<Answer>map(Answer.Bookable::new)
                .orElse(new Answer.NotBookable());
        Answer answer = availability.check(start, end, now);
        if (!answer.equals(wanted)) {
          return Optional.of(
              "plan %d, %s to %s: the cache answers %s, brute force %s"
                  .formatted(truth.plan().id(), start, end, answer, wanted));
        }
      }
    }
    return Optional.empty();
  }
}
