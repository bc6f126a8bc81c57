package dev.ekiden.calendar.availability;

import java.time.LocalDate;

/** Knows the public holidays of one place. Implementations are thread-safe. */
@FunctionalInterface
public interface HolidayCalendar {

  /** A calendar without holidays. */
  HolidayCalendar NONE = day -> false;

  boolean isHoliday(LocalDate day);
}
