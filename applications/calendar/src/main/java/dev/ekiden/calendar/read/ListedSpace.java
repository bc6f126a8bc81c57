package dev.ekiden.calendar.read;

/**
 * A space as it is shown.
 *
 * @param capacity people it holds, 0 if nobody said
 */
public record ListedSpace(long id, String code, String name, int capacity, ListedVenue venue) {}
