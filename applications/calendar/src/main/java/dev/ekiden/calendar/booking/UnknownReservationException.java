package dev.ekiden.calendar.booking;

/** No reservation has this token or id. */
public final class UnknownReservationException extends BookingException {

  UnknownReservationException(String message) {
    super(message);
  }
}
