package dev.ekiden.calendar.availability;

import java.time.LocalDate;
import java.util.BitSet;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;

/** Asks for each year's holidays once and keeps them as one bit per day. Thread-safe. */
final class YearlyHolidays implements HolidayCalendar {

  private final IntFunction<Collection<LocalDate>> holidaysOfYear;
  private final ConcurrentMap<Integer, BitSet> years = new ConcurrentHashMap<>();

  YearlyHolidays(IntFunction<Collection<LocalDate>> holidaysOfYear) {
    this.holidaysOfYear = holidaysOfYear;
  }

  @Override
  public boolean isHoliday(LocalDate day) {
    return years.computeIfAbsent(day.getYear(), this::bits).get(day.getDayOfYear());
  }

  private BitSet bits(int year) {
    BitSet bits = new BitSet();
    for (LocalDate holiday : holidaysOfYear.apply(year)) {
      if (holiday.getYear() == year) {
        bits.set(holiday.getDayOfYear());
      }
    }
    return bits;
  }
}
