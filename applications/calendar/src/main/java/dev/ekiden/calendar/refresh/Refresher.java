package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.RefreshResult;
import dev.ekiden.server.Services;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The two halves of every refresh: compute from one snapshot of the truth, then write what differs.
 * No connection is held in between. Thread-safe.
 */
final class Refresher {

  private final Services services;
  private final CalendarCalculator calculator;
  private final CalendarStore store = new CalendarStore();

  Refresher(Services services, HolidayCalendars holidays) {
    this.services = services;
    this.calculator = new CalendarCalculator(holidays);
  }

  /** The time by the engine's clock; must not be asked while a connection is held. */
  Instant now() {
    return services.clock().instant();
  }

  /** Computes today to the horizon of those plans that exist. */
  ComputedCalendars compute(List<Long> planIds) {
    // Before the snapshot: a day that begins meanwhile is the next refresh's.
    Horizon horizon = new Horizon(now());
    TruthBatch truths =
        services.database().inSnapshot(handle -> TruthBatch.read(handle, planIds, horizon));
    return ComputedCalendars.of(truths, calculator, horizon);
  }

  /** Compares the cache of those plans that exist with the truth of the same snapshot. */
  void compare(List<Long> planIds, Verifier verifier) {
    Horizon horizon = new Horizon(now());
    List<CachedCalendar> cached = new ArrayList<>();
    TruthBatch truths =
        services
            .database()
            .inSnapshot(handle -> {
              cached.addAll(store.readPlans(handle, planIds, horizon.earliest(), horizon.latest()));
              return TruthBatch.read(handle, planIds, horizon);
            });
    verifier.compare(ComputedCalendars.of(truths, calculator, horizon), cached);
  }

  /** Stores what was computed, unless the cache holds a newer truth. */
  RefreshResult write(ComputedCalendars computed) {
    return services.database().inTransaction(handle -> store.write(handle, computed.calendars()));
  }
}
