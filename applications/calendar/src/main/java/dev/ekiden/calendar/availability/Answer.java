package dev.ekiden.calendar.availability;

/** Whether a time can be booked, as far as the cached calendar knows. */
public sealed interface Answer {

  /** It can, at this price. */
  record Bookable(Quote quote) implements Answer {}

  /** It cannot; {@link Explanation} finds the reasons from the truth. */
  record NotBookable() implements Answer {}

  /** The calendar does not have all days of that time ({@link Unavailable#CALENDAR_NOT_READY}). */
  record NotReady() implements Answer {}
}
