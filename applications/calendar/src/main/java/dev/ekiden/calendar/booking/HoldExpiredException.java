package dev.ekiden.calendar.booking;

import java.time.Instant;

/** The hold was over before it was confirmed; the time may be held anew if it is still free. */
public final class HoldExpiredException extends BookingException {

  private final long reservationId;

  HoldExpiredException(long reservationId, Instant expiredAt) {
    super("The hold of reservation %d expired at %s".formatted(reservationId, expiredAt));
    this.reservationId = reservationId;
  }

  public long reservationId() {
    return reservationId;
  }
}
