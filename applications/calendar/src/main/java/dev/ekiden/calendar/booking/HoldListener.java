package dev.ekiden.calendar.booking;

import java.sql.Connection;
import java.time.Instant;

/** Told of every hold inside the transaction that makes it, so that somebody ends it in time. */
@FunctionalInterface
public interface HoldListener {

  /**
   * A slot is held.
   *
   * @param connection the open transaction of the hold; neither committed nor closed by this
   * @param expiresAt from then on the hold is over, unless it was confirmed or canceled before
   */
  void held(Connection connection, long reservationId, Instant expiresAt);
}
