package dev.ekiden.calendar.ics;

import biweekly.io.TimezoneAssignment;
import biweekly.io.TimezoneInfo;
import biweekly.property.ICalProperty;
import biweekly.util.DateTimeComponents;
import biweekly.util.ICalDate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * What the times of a calendar mean: days and times without a zone are on the venue's clock, others
 * on that of their TZID, by the calendar's own VTIMEZONE if it has one. The clock of this machine
 * plays no part.
 */
final class EventTimes {

  static final TimeZone UTC = TimeZone.getTimeZone(ZoneOffset.UTC);

  private final TimezoneInfo zones;
  private final ZoneId venueZone;

  EventTimes(TimezoneInfo zones, ZoneId venueZone) {
    this.zones = zones;
    this.venueZone = venueZone;
  }

  /** The clock of a property. */
  TimeZone zone(ICalProperty property) {
    TimezoneAssignment assigned = zones.getTimezone(property);
    if (assigned != null) {
      return assigned.getTimeZone();
    }
    @Nullable String id = property.getParameter("TZID");
    return id == null || id.isEmpty() ? TimeZone.getTimeZone(venueZone) : zone(id);
  }

  /** Some calendars put a path before the name of the zone: {@code /example.org/Asia/Tokyo}. */
  private static TimeZone zone(String id) {
    for (String name = id; !name.isEmpty(); name = name.substring(name.indexOf('/') + 1)) {
      if (ZoneId.getAvailableZoneIds().contains(name)) {
        return TimeZone.getTimeZone(ZoneId.of(name));
      }
      if (name.indexOf('/') < 0) {
        break;
      }
    }
    throw new BadEventException(
        "TZID", id, "is no IANA time zone, and the calendar has no VTIMEZONE of that name");
  }

  /** The moment that a value of a property means. */
  Instant instant(String name, ICalDate value, TimeZone zone) {
    DateTimeComponents raw = value.getRawComponents();
    if (raw == null) {
      return value.toInstant();
    }
    if (!value.hasTime()) {
      return startOf(day(name, value));
    }
    check(name, raw);
    return raw.toDate(raw.isUtc() ? UTC : zone).toInstant();
  }

  /** The day that a value without a time means. */
  LocalDate day(String name, ICalDate value) {
    DateTimeComponents raw = value.getRawComponents();
    check(name, raw);
    return LocalDate.of(raw.getYear(), raw.getMonth(), raw.getDate());
  }

  /** When a day starts on the venue's clock. */
  Instant startOf(LocalDate day) {
    return day.atStartOfDay(venueZone).toInstant();
  }

  /** The venue's day of a moment. */
  LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, venueZone);
  }

  private static void check(String name, DateTimeComponents raw) {
    try {
      LocalDateTime.of(
          raw.getYear(),
          raw.getMonth(),
          raw.getDate(),
          raw.getHour(),
          raw.getMinute(),
          // A leap second is the end of its minute.
          Math.min(raw.getSecond(), 59));
    } catch (DateTimeException e) {
      throw new BadEventException(name, raw.toString(), "is no date or time");
    }
  }
}
