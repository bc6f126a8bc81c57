package dev.ekiden.calendar.availability;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;

/**
 * Decides on a booking from the truth alone, for the booking transaction: the same calculation that
 * fills the cache, without the cache. Pure; thread-safe.
 */
public final class BookingCheck {

  private final HolidayCalendars holidays;
  private final CalendarCalculator calculator;

  public BookingCheck(HolidayCalendars holidays) {
    this.holidays = holidays;
    this.calculator = new CalendarCalculator(holidays);
  }

  /** What becomes of a wish to book. */
  public sealed interface Decision {

    /**
     * It may be booked: occupy {@code [occupiedFrom, occupiedTo)} on these units, one of each
     * resource in the order of {@link Truth#resources}, the free one with the lowest number unless
     * another is preferred.
     */
    record Accepted(Quote quote, List<Long> unitIds, Instant occupiedFrom, Instant occupiedTo)
        implements Decision {
      public Accepted {
        unitIds = List.copyOf(unitIds);
      }
    }

    /** It may not, for these reasons; never empty. */
    record Refused(Explanation explanation) implements Decision {}
  }

  /** {@link #decide(Truth, Instant, Instant, Instant, Set)} without units to keep. */
  public Decision decide(Truth truth, Instant start, Instant end, Instant now) {
    return decide(truth, start, end, now, Set.of());
  }

  /**
   * Whether {@code [start, end)} may be booked at this moment.
   *
   * @param preferred ids of units that it gets where they are free
   * @throws InvalidValueException as {@link Explanation#explain} does
   */
  public Decision decide(
      Truth truth, Instant start, Instant end, Instant now, Set<Long> preferred) {
    Explanation explanation = Explanation.explain(holidays, truth, start, end, now);
    if (!explanation.isBookable()) {
      return new Decision.Refused(explanation);
    }
    ZoneId zone = truth.venue().zone();
    LocalDate first = LocalDate.ofInstant(start, zone);
    LocalDate last = LocalDate.ofInstant(end, zone);
    Availability availability =
        new Availability(PlanTerms.of(truth), calculator.compute(truth, first, last));
    return switch (availability.check(start, end, now)) {
      case Answer.Bookable(Quote quote) -> accepted(truth, start, end, quote, preferred);
      case Answer.NotBookable _, Answer.NotReady _ ->
          throw new IllegalStateException(
              "The calendar of plan %s refuses %s to %s, for which there is no reason"
                  .formatted(truth.plan().code(), start, end));
    };
  }

  private static Decision accepted(
      Truth truth, Instant start, Instant end, Quote quote, Set<Long> preferred) {
    BookingRules rules = truth.plan().rules();
    long from = CalendarCalculator.floorMinute(start);
    long to = CalendarCalculator.ceilingMinute(end);
    List<Long> unitIds =
        truth.resources().stream()
            .map(resource -> choice(UnitChoice.freeUnits(truth, resource, from, to), preferred))
            .toList();
    return new Decision.Accepted(
        quote,
        unitIds,
        start.minus(Duration.ofMinutes(rules.bufferBeforeMinutes())),
        end.plus(Duration.ofMinutes(rules.bufferAfterMinutes())));
  }

  private static long choice(List<ResourceUnit> free, Set<Long> preferred) {
    return free.stream()
        .map(ResourceUnit::id)
        .filter(preferred::contains)
        .findFirst()
        .orElseGet(() -> free.getFirst().id());
  }
}
