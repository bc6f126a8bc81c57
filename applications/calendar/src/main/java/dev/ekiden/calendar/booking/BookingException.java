package dev.ekiden.calendar.booking;

/** What a guest asked for cannot be done; the transaction that tried must be rolled back. */
public abstract sealed class BookingException extends RuntimeException
    permits SlotUnavailableException,
        HoldExpiredException,
        UnknownReservationException,
        ReservationStateException,
        ChangeRefusedException {

  BookingException(String message) {
    super(message);
  }
}
