package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.CalendarDayCodec;
import dev.ekiden.calendar.availability.PlanTerms;
import dev.ekiden.calendar.availability.PlanTermsCodec;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CachedDay;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calendars computed from truths, ready to be stored.
 *
 * @param calendars in the order of the truths
 * @param failures why plans could not be computed, by plan id
 */
record ComputedCalendars(List<CachedCalendar> calendars, Map<Long, RuntimeException> failures) {

  @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it; it is fair to others.
  static ComputedCalendars of(TruthBatch batch, CalendarCalculator calculator, Horizon horizon) {
    List<CachedCalendar> calendars = new ArrayList<>(batch.truths().size());
    Map<Long, RuntimeException> failures = new LinkedHashMap<>(batch.failures());
    batch
        .truths()
        .forEach((planId, truth) -> {
          try {
            calendars.add(compute(truth, calculator, horizon));
          } catch (RuntimeException e) {
            failures.put(planId, e);
          }
          // Virtual threads do not take turns by themselves: let a live refresh pass a long sync.
          Thread.yield();
        });
    return new ComputedCalendars(calendars, failures);
  }

  private static CachedCalendar compute(
      Truth truth, CalendarCalculator calculator, Horizon horizon) {
    ZoneId zone = truth.venue().zone();
    LocalDate from = horizon.first(zone);
    LocalDate to = horizon.last(zone);
    List<CachedDay> days =
        calculator.compute(truth, from, to).stream()
            .map(day -> new CachedDay(day.date(), CalendarDayCodec.encode(day)))
            .toList();
    byte[] terms = PlanTermsCodec.encode(PlanTerms.of(truth));
    return new CachedCalendar(truth.plan().id(), truth.version(), from, to, terms, days);
  }
}
