package dev.ekiden.calendar.availability;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One local day of a venue: when it starts and what kind of day it is. {@code regular} days, and
 * the day after each, last 24 hours, so that wall-clock minutes are elapsed minutes.
 */
record LocalDay(
    LocalDate date,
    ZoneId zone,
    long startMinute,
    long endMinute,
    boolean regular,
    DayKind weekday,
    boolean holiday,
    @Nullable SpecialPeriod special) {

  /**
   * The days from the first to the last, both included, after those whose hours may reach into the
   * first: the day before, and one more where that does not exist on the wall clock.
   */
  static List<LocalDay> withLeadIn(
      Truth truth, HolidayCalendar holidays, LocalDate first, LocalDate last) {
    ZoneId zone = truth.venue().zone();
    LocalDate before = first.minusDays(1);
    boolean skipped = startOf(before, zone) == startOf(first, zone);
    return between(truth, holidays, skipped ? before.minusDays(1) : before, last);
  }

  private static List<LocalDay> between(
      Truth truth, HolidayCalendar holidays, LocalDate first, LocalDate last) {
    ZoneId zone = truth.venue().zone();
    List<LocalDay> days = new ArrayList<>();
    long start = startOf(first, zone);
    long end = startOf(first.plusDays(1), zone);
    for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
      long endOfNext = startOf(date.plusDays(2), zone);
      boolean regular =
          end - start == TimeRange.MINUTES_PER_DAY && endOfNext - end == TimeRange.MINUTES_PER_DAY;
      days.add(
          new LocalDay(
              date,
              zone,
              start,
              end,
              regular,
              DayKind.of(date.getDayOfWeek()),
              holidays.isHoliday(date),
              special(truth.space(), date)));
      start = end;
      end = endOfNext;
    }
    return days;
  }

  /** The hours that a space keeps on this day: its special period's, else the weekly ones. */
  List<TimeRange> businessRanges(Space space) {
    return ranges(special == null ? space.businessHours() : special.hours());
  }

  /** The ranges that start on this day; none on one that the zone skipped, as Samoa once did. */
  List<TimeRange> ranges(WeeklyHours hours) {
    return startMinute == endMinute ? List.of() : hours.on(weekday, holiday);
  }

  /** The minute at which a range that belongs to this day starts. */
  long startOf(TimeRange range) {
    return regular
        ? startMinute + range.startMinute()
        : earlier(date.atStartOfDay().plusMinutes(range.startMinute()), zone);
  }

  /** The minute at which a range that belongs to this day ends. */
  long endOf(TimeRange range) {
    return regular
        ? startMinute + range.endMinute()
        : later(date.atStartOfDay().plusMinutes(range.endMinute()), zone);
  }

  /** A local time in a gap moves forward by the gap; in an overlap the first pass is meant. */
  static long earlier(LocalDateTime time, ZoneId zone) {
    return minute(time.atZone(zone));
  }

  /** A local time in a gap moves forward by the gap; in an overlap the second pass is meant. */
  static long later(LocalDateTime time, ZoneId zone) {
    return minute(time.atZone(zone).withLaterOffsetAtOverlap());
  }

  private static long startOf(LocalDate date, ZoneId zone) {
    return minute(date.atStartOfDay(zone));
  }

  private static long minute(ZonedDateTime time) {
    return Math.floorDiv(time.toEpochSecond(), 60L);
  }

  private static @Nullable SpecialPeriod special(Space space, LocalDate date) {
    for (SpecialPeriod period : space.specialPeriods()) {
      if (period.covers(date)) {
        return period;
      }
    }
    return null;
  }
}
