package dev.ekiden.calendar.booking;

import java.sql.Connection;
import java.util.Collection;

/** Told inside the transaction of what happens to reservations, once for each change of state. */
@FunctionalInterface
public interface ReservationListener {

  /**
   * Something happened; repetitions that change nothing are not told.
   *
   * @param connection the open transaction; neither committed nor closed by this
   * @param reservationIds whom it happened to; never empty
   */
  void happened(
      Connection connection, ReservationState.Event event, Collection<Long> reservationIds);
}
