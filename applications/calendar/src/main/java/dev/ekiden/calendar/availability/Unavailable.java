package dev.ekiden.calendar.availability;

/** Why a time cannot be booked; the names are stable codes. */
public enum Unavailable {
  PLAN_NOT_PUBLISHED,
  NOT_ALIGNED,
  NOT_A_MULTIPLE_OF_UNIT,
  TOO_SHORT,
  TOO_LONG,
  MINIMUM_NOTICE,
  BEYOND_BOOKING_WINDOW,
  OUTSIDE_BUSINESS_HOURS,
  SPECIAL_PERIOD_CLOSED,
  OUTSIDE_RENTABLE_HOURS,
  CLOSURE,
  BLOCKED,
  OCCUPIED,
  BUFFER,
  NO_PRICE,
  CALENDAR_NOT_READY
}
