package dev.ekiden.calendar.read;

import dev.ekiden.calendar.availability.Availability;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.CalendarDay;
import dev.ekiden.calendar.availability.CalendarDayCodec;
import dev.ekiden.calendar.availability.PlanTermsCodec;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CalendarStore;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The hot path: reads cached calendars, one statement for all plans of a space, and evaluates no
 * rule. Stateless; safe for use by many threads.
 */
public final class CalendarReader {

  private final CalendarStore store = new CalendarStore();

  /** The calendar of a plan, if it has one, with the days of {@code [from, to)} that it has. */
  public Optional<ReadCalendar> plan(Handle handle, long planId, Instant from, Instant to) {
    return store
        .readPlan(handle, planId, firstDay(from), lastDay(from, to))
        .map(CalendarReader::read);
  }

  /** The calendars of a space's plans that have one, by plan id; days as in {@link #plan}. */
  public Map<Long, ReadCalendar> space(Handle handle, long spaceId, Instant from, Instant to) {
    Map<Long, ReadCalendar> calendars = new HashMap<>();
    for (CachedCalendar cached :
        store.readSpace(handle, spaceId, firstDay(from), lastDay(from, to))) {
      calendars.put(cached.planId(), read(cached));
    }
    return calendars;
  }

  /** No zone's day begins before UTC's day before. */
  private static LocalDate firstDay(Instant from) {
    return LocalDate.ofInstant(from, ZoneOffset.UTC).minusDays(1);
  }

  /** Nobody can ask for more days than {@link Availability} answers. */
  private static LocalDate lastDay(Instant from, Instant to) {
    Instant latest =
        from.plus(Duration.ofDays(Availability.MAXIMUM_QUESTION_DAYS))
            .plus(Duration.ofMinutes(BookingRules.MAXIMUM_BOOKING_MINUTES));
    Instant end = to.isBefore(latest) ? to : latest;
    return LocalDate.ofInstant(end, ZoneOffset.UTC).plusDays(1);
  }

  /** Decodes what was read. */
  public static ReadCalendar read(CachedCalendar cached) {
    var terms = PlanTermsCodec.decode(cached.terms());
    List<CalendarDay> days =
        cached.days().stream().map(day -> CalendarDayCodec.decode(day.content())).toList();
    return new ReadCalendar(terms, new Availability(terms, days));
  }
}
