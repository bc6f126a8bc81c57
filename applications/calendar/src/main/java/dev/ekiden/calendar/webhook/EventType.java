package dev.ekiden.calendar.webhook;

import dev.ekiden.calendar.booking.ReservationState;
import java.util.Arrays;
import java.util.Optional;

/** What a webhook can be told of. */
public enum EventType {
  RESERVATION_REQUESTED("reservation.requested"),
  RESERVATION_CONFIRMED("reservation.confirmed"),
  RESERVATION_REJECTED("reservation.rejected"),
  RESERVATION_CHANGED("reservation.changed"),
  RESERVATION_CANCELED("reservation.canceled"),
  RESERVATION_EXPIRED("reservation.expired"),
  /** Whatever may alter the calendars of plans: hours, prices, bookings, blocks… */
  AVAILABILITY_CHANGED("availability.changed");

  private final String text;

  EventType(String text) {
    this.text = text;
  }

  /** What it is called in requests and answers. */
  public String text() {
    return text;
  }

  public static Optional<EventType> of(String text) {
    return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
  }

  static EventType of(ReservationState.Event event) {
    return switch (event) {
      case REQUEST -> RESERVATION_REQUESTED;
      case CONFIRM, APPROVE -> RESERVATION_CONFIRMED;
      case REJECT -> RESERVATION_REJECTED;
      case CHANGE -> RESERVATION_CHANGED;
      case CANCEL -> RESERVATION_CANCELED;
      case EXPIRE -> RESERVATION_EXPIRED;
    };
  }
}
