package dev.ekiden.calendar.store;

import java.time.LocalDate;
import java.util.List;

/**
 * A plan's calendar as bytes, the way it is stored and read.
 *
 * <p>As written, {@code days} are all days from {@code from} to {@code to}, both included. As read,
 * they are those of the days asked for that are cached; {@code from} and {@code to} still say what
 * is cached in all.
 *
 * @param truthVersion of the truth that the days were computed from
 * @param terms what reading needs of the plan besides its days
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared: equality is asked of the database.
public record CachedCalendar(
    long planId,
    long truthVersion,
    LocalDate from,
    LocalDate to,
    byte[] terms,
    List<CachedDay> days) {

  public CachedCalendar {
    days = List.copyOf(days);
  }
}
