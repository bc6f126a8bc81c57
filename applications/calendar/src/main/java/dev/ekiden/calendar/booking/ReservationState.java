package dev.ekiden.calendar.booking;

import java.util.List;
import java.util.Optional;

/** Where a reservation stands. Its whole life is the table {@link #TRANSITIONS}. */
public enum ReservationState {
  /** Occupies its units until the hold expires; waits to be confirmed. */
  HELD,
  /** Occupies its units until the request expires; waits for the operator's answer. */
  REQUESTED,
  /** Occupies its units for good. */
  CONFIRMED,
  /** Was refused by the operator; occupies nothing. */
  REJECTED,
  /** Was not confirmed or not answered in time; occupies nothing. */
  EXPIRED,
  /** Was taken back; occupies nothing. */
  CANCELED;

  /** What can happen to a reservation. */
  public enum Event {
    /** The guest confirms, and nobody has to approve. */
    CONFIRM,
    /** The guest confirms, and the operator has to approve. */
    REQUEST,
    APPROVE,
    REJECT,
    EXPIRE,
    /** Another time, length or plan. */
    CHANGE,
    CANCEL
  }

  /** One arrow; from a state to itself: the state stays, and most repetitions change nothing. */
  public record Transition(ReservationState from, Event event, ReservationState to) {}

  /** Every arrow there is; whatever is not here is refused. */
  public static final List<Transition> TRANSITIONS =
      List.of(
          new Transition(HELD, Event.CONFIRM, CONFIRMED),
          new Transition(HELD, Event.REQUEST, REQUESTED),
          new Transition(HELD, Event.EXPIRE, EXPIRED),
          new Transition(HELD, Event.CANCEL, CANCELED),
          new Transition(REQUESTED, Event.REQUEST, REQUESTED),
          new Transition(REQUESTED, Event.APPROVE, CONFIRMED),
          new Transition(REQUESTED, Event.REJECT, REJECTED),
          new Transition(REQUESTED, Event.EXPIRE, EXPIRED),
          new Transition(REQUESTED, Event.CANCEL, CANCELED),
          new Transition(CONFIRMED, Event.CONFIRM, CONFIRMED),
          new Transition(CONFIRMED, Event.APPROVE, CONFIRMED),
          new Transition(CONFIRMED, Event.CHANGE, CONFIRMED),
          new Transition(CONFIRMED, Event.CANCEL, CANCELED),
          new Transition(REJECTED, Event.REJECT, REJECTED),
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
    return this == HELD || this == REQUESTED || this == CONFIRMED;
  }

  /** Whether time alone ends this state. */
  public boolean expires() {
    return this == HELD || this == REQUESTED;
  }
}
