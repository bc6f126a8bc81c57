package dev.ekiden.calendar.booking;

/** In its state this cannot happen to the reservation. */
public final class ReservationStateException extends BookingException {

  private final long reservationId;
  private final ReservationState state;

  ReservationStateException(
      long reservationId, ReservationState state, ReservationState.Event event) {
    super("Reservation %d is %s: %s is not possible".formatted(reservationId, state, event));
    this.reservationId = reservationId;
    this.state = state;
  }

  public long reservationId() {
    return reservationId;
  }

  public ReservationState state() {
    return state;
  }
}
