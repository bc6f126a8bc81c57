package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.booking.UnitPeriods.Period;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * A reservation from elsewhere as it is stored, with what it occupies.
 *
 * @param unitIds empty if it occupies nothing; then {@code period} says nothing
 */
record StoredReservation(
    long id,
    String code,
    long planId,
    Instant start,
    Instant end,
    ReservationState state,
    OptionalLong total,
    List<Long> unitIds,
    Period period) {

  boolean occupies() {
    return !unitIds.isEmpty();
  }

  boolean isSameAs(ExternalReservation wanted) {
    return start.equals(wanted.start())
        && end.equals(wanted.end())
        && total.equals(wanted.total())
        && state == wantedState(wanted);
  }

  static ReservationState wantedState(ExternalReservation wanted) {
    return wanted.canceled() ? ReservationState.CANCELED : ReservationState.CONFIRMED;
  }
}
