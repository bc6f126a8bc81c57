package dev.ekiden.calendar.store;

import java.time.LocalDate;

/** The bytes of one cached day of a plan; the array is not copied and must not be changed. */
@SuppressWarnings(
    "ArrayRecordComponent") // Never compared: equality of days is asked of the database.
public record CachedDay(LocalDate day, byte[] content) {}
