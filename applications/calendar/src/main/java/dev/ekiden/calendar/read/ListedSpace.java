package dev.ekiden.calendar.read;

/** A space as it is shown. */
public record ListedSpace(long id, String code, String name, ListedVenue venue) {}
