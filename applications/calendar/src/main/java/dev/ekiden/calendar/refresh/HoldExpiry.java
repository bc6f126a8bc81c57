package dev.ekiden.calendar.refresh;

/** Payload of {@value CalendarRefresh#EXPIRE_HOLD}: this hold is over by now. */
public record HoldExpiry(long reservationId) {}
