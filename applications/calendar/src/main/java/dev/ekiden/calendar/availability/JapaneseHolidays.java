package dev.ekiden.calendar.availability;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.MonthDay;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Japan's holidays by the Act on National Holidays as it stands since 2022, for the years that no
 * published list covers.
 *
 * <p>The library's calendar of Japan cannot serve: in version 2.19 it lacks both equinoxes, the
 * Emperor's birthday of February 23 and nearly all substitute holidays, and still has December 23.
 * The equinox formula (right for 1980 to 2099) is astronomical; the Cabinet Office announces each
 * date in the February before, and {@link PublishedHolidays} takes precedence.
 */
final class JapaneseHolidays {

  private static final List<MonthDay> FIXED =
      List.of(
          MonthDay.of(Month.JANUARY, 1),
          MonthDay.of(Month.FEBRUARY, 11),
          MonthDay.of(Month.FEBRUARY, 23),
          MonthDay.of(Month.APRIL, 29),
          MonthDay.of(Month.MAY, 3),
          MonthDay.of(Month.MAY, 4),
          MonthDay.of(Month.MAY, 5),
          MonthDay.of(Month.AUGUST, 11),
          MonthDay.of(Month.NOVEMBER, 3),
          MonthDay.of(Month.NOVEMBER, 23));

  private static final int EQUINOX_EPOCH = 1980;
  private static final double EQUINOX_DAYS_PER_YEAR = 0.242194;
  private static final double SPRING_EQUINOX = 20.8431;
  private static final double AUTUMN_EQUINOX = 23.2488;

  private JapaneseHolidays() {}

  static Set<LocalDate> in(int year) {
    Set<LocalDate> national = national(year);
    Set<LocalDate> holidays = new TreeSet<>(national);
    for (LocalDate day : national) {
      if (day.getDayOfWeek() == DayOfWeek.SUNDAY) {
        holidays.add(nextOutside(national, day));
      }
      LocalDate between = day.plusDays(1);
      if (national.contains(day.plusDays(2)) && !national.contains(between)) {
        holidays.add(between);
      }
    }
    return holidays;
  }

  private static Set<LocalDate> national(int year) {
    Set<LocalDate> days = new TreeSet<>();
    FIXED.forEach(day -> days.add(day.atYear(year)));
    days.add(monday(year, Month.JANUARY, 2));
    days.add(monday(year, Month.JULY, 3));
    days.add(monday(year, Month.SEPTEMBER, 3));
    days.add(monday(year, Month.OCTOBER, 2));
    days.add(LocalDate.of(year, Month.MARCH, equinox(year, SPRING_EQUINOX)));
    days.add(LocalDate.of(year, Month.SEPTEMBER, equinox(year, AUTUMN_EQUINOX)));
    return days;
  }

  private static LocalDate monday(int year, Month month, int number) {
    return LocalDate.of(year, month, 1)
        .with(TemporalAdjusters.dayOfWeekInMonth(number, DayOfWeek.MONDAY));
  }

  private static int equinox(int year, double dayInEpoch) {
    int years = year - EQUINOX_EPOCH;
    return (int) Math.floor(dayInEpoch + EQUINOX_DAYS_PER_YEAR * years) - Math.floorDiv(years, 4);
  }

  private static LocalDate nextOutside(Set<LocalDate> national, LocalDate day) {
    LocalDate next = day.plusDays(1);
    while (national.contains(next)) {
      next = next.plusDays(1);
    }
    return next;
  }
}
