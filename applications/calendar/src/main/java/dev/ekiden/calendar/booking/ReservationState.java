package dev.ekiden.calendar.booking;

import java.util.List;
import java.util.Optional;

/** Where a reservation stands. Its whole life is the table {@link #TRANSITIONS}. */
public enum ReservationState {
  /** Occupies its units until the hold expires; waits to be confirmed. */
  HELD,
  /** Occupies its units for good. */
  CONFIRMED,
  /** Was not confirmed in time; occupies nothing. */
  EXPIRED,
  /** Was taken back; occupies nothing. */
  CANCELED;

  /** What can happen to a reservation. */
  public enum Event {
    CONFIRM,
    EXPIRE,
    CANCEL
  }

  /** One arrow; from a state to itself: a repetition that changes nothing. */
  public record Transition(ReservationState from, Event event, ReservationState to) {}

  /** Every arrow there is; whatever is not here is refused. */
  public static final List<Transition> TRANSITIONS =
      List.of(
          new Transition(HELD, Event.CONFIRM, CONFIRMED),
          new Transition(HELD, Event.EXPIRE, EXPIRED),
          new Transition(HELD, Event.CANCEL, CANCELED),
          new Transition(CONFIRMED, Event.CONFIRM, CONFIRMED),
          new Transition(CONFIRMED, Event.CANCEL, CANCELED),
          new Transition(CANCELED, Event.CANCEL, CANCELED));

  /** The state after the event, if the event can happen in this state. */
  public Optional<ReservationState> after(Event event) {
    return TRANSITIONS.stream()
        .filter(transition -> transition.from() == this && transition.event() == event)
        .map(Transition::to)
        .findFirst();
  }

  /** Whether a reservation in this state keeps its units from others. */
  public boolean occupies() {
    return this == HELD || this == CONFIRMED;
  }
}
