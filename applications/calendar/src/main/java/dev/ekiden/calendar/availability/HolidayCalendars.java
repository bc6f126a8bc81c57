package dev.ekiden.calendar.availability;

import de.focus_shift.jollyday.core.Holiday;
import de.focus_shift.jollyday.core.HolidayManager;
import de.focus_shift.jollyday.core.HolidayType;
import de.focus_shift.jollyday.core.ManagerParameters;
import java.time.LocalDate;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The holiday calendars by their codes: {@code none}; {@code jp}; and the countries of the jollyday
 * library, such as {@code us}, with their regions, such as {@code au-nsw}. Each year is computed
 * once and kept. Thread-safe; keep one for the life of the process.
 */
public final class HolidayCalendars {

  public static final String NONE = "none";
  public static final String JAPAN = "jp";

  private final PublishedHolidays japan;
  private final ConcurrentMap<String, HolidayCalendar> calendars = new ConcurrentHashMap<>();

  public HolidayCalendars() {
    this(PublishedHolidays.NONE);
  }

  /** Uses the Cabinet Office's list for the years it covers, the law's rules for the others. */
  public HolidayCalendars(PublishedHolidays japan) {
    this.japan = japan;
  }

  /**
   * The calendar of a code.
   *
   * @throws InvalidValueException if there is none
   */
  public HolidayCalendar get(String code) {
    return calendars.computeIfAbsent(code, this::load);
  }

  private HolidayCalendar load(String code) {
    return switch (code) {
      case NONE -> HolidayCalendar.NONE;
      case JAPAN ->
          new YearlyHolidays(
              year -> japan.covers(year) ? japan.in(year) : JapaneseHolidays.in(year));
      default -> library(code);
    };
  }

  private static HolidayCalendar library(String code) {
    String[] parts = code.split("-", -1);
    String country = parts[0];
    String[] regions = Arrays.copyOfRange(parts, 1, parts.length);
    boolean supported =
        HolidayManager.getSupportedCalendarCodes().contains(country.toUpperCase(Locale.ROOT));
    if (!supported) {
      throw unknown(code, "must be none or the code of a country, such as jp or us");
    }
    HolidayManager manager = HolidayManager.getInstance(ManagerParameters.create(country));
    Map<String, ?> children = manager.getCalendarHierarchy().getChildren();
    if (regions.length > 0 && !children.containsKey(regions[0])) {
      List<String> known = children.keySet().stream().sorted().toList();
      throw unknown(code, "must be " + country + " alone or with one of its regions " + known);
    }
    return new YearlyHolidays(year -> around(manager, year, regions));
  }

  /** A holiday may be observed in the year before or after its own. */
  private static Collection<LocalDate> around(HolidayManager manager, int year, String[] regions) {
    Collection<LocalDate> days = new ArrayList<>();
    for (int nearby = year - 1; nearby <= year + 1; nearby++) {
      for (Holiday holiday : manager.getHolidays(Year.of(nearby), regions)) {
        if (holiday.getType() == HolidayType.PUBLIC_HOLIDAY) {
          days.add(holiday.getDate());
        }
      }
    }
    return days;
  }

  private static InvalidValueException unknown(String code, String allowed) {
    return new InvalidValueException("holidayCalendar", code, allowed);
  }
}
