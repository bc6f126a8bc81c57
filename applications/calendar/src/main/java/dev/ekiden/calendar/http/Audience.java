package dev.ekiden.calendar.http;

/** Who asks. */
enum Audience {
  /** Sees published plans only. */
  CUSTOMERS,
  /** Sees every plan. */
  OPERATORS
}
