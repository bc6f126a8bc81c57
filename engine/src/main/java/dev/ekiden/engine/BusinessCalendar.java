package dev.ekiden.engine;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The days on which business is done: all but the weekend and the holidays. Immutable.
 *
 * @param name what it is called
 * @param weekend days of the week nobody works on; at most six
 * @param holidays dates nobody works on, in order; at most {@link #MAX_HOLIDAYS}
 */
public record BusinessCalendar(String name, Set<DayOfWeek> weekend, SortedSet<LocalDate> holidays) {
  /** Most holidays of one calendar. */
  public static final int MAX_HOLIDAYS = 2_000;

  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 9999;

  public BusinessCalendar {
    JobDefinition.checkName("business calendar", name);
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    days.addAll(weekend);
    weekend = Collections.unmodifiableSet(days);
    holidays = Collections.unmodifiableSortedSet(new TreeSet<>(holidays));
    if (weekend.size() == DayOfWeek.values().length) {
      throw invalid(name, "a week needs a day that is not weekend");
    }
    if (holidays.size() > MAX_HOLIDAYS) {
      throw invalid(
          name, "at most %d holidays are kept, not %d".formatted(MAX_HOLIDAYS, holidays.size()));
    }
    for (LocalDate date : holidays) {
      if (date.getYear() < FIRST_YEAR || date.getYear() > LAST_YEAR) {
        throw invalid(
            name,
            "a holiday lies in the years %d to %d, not %s".formatted(FIRST_YEAR, LAST_YEAR, date));
      }
    }
  }

  /** A calendar whose weekend is Saturday and Sunday. */
  public static BusinessCalendar of(String name, Collection<LocalDate> holidays) {
    return new BusinessCalendar(
        name, EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), new TreeSet<>(holidays));
  }

  public boolean isBusinessDay(LocalDate date) {
    return !weekend.contains(date.getDayOfWeek()) && !holidays.contains(date);
  }

  /** The first business day after a date. */
  LocalDate after(LocalDate date) {
    LocalDate day = date.plusDays(1);
    while (!isBusinessDay(day)) {
      day = day.plusDays(1);
    }
    return day;
  }

  /** The last business day before a date. */
  LocalDate before(LocalDate date) {
    LocalDate day = date.minusDays(1);
    while (!isBusinessDay(day)) {
      day = day.minusDays(1);
    }
    return day;
  }

  private static InvalidRequestException invalid(String name, String message) {
    return new InvalidRequestException(
        ErrorCode.INVALID_OPTION, "business calendar '%s': %s".formatted(name, message));
  }
}
