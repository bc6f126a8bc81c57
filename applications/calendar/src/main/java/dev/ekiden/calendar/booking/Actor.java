package dev.ekiden.calendar.booking;

/** Who acts on a reservation. */
public enum Actor {
  /** Is bound by the plan's policy. */
  GUEST,
  /** May change what guests may not, and cancels without a fee. */
  OPERATOR
}
