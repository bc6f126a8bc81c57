package dev.ekiden.calendar.availability;

import java.time.ZoneId;
import java.util.regex.Pattern;

/**
 * A building or site with one time zone and one holiday calendar.
 *
 * <p>{@code id} is 0 until stored. {@code holidayCalendar} is a code that {@link HolidayCalendars}
 * knows: {@code jp}, {@code us}, {@code au-nsw} or {@link HolidayCalendars#NONE}; only its form is
 * checked here. Immutable.
 */
public record Venue(
    long id, String code, String name, ZoneId zone, String holidayCalendar, long version) {

  private static final Pattern HOLIDAY_CALENDAR = Pattern.compile("none|[a-z]{2}(-[a-z0-9]{1,8})*");

  public Venue {
    new Checks()
        .notNegative("id", id)
        .code("code", code)
        .name("name", name)
        .that(
            HOLIDAY_CALENDAR.matcher(holidayCalendar).matches(),
            "holidayCalendar",
            holidayCalendar,
            "must be a country code such as jp, us or au-nsw, or none")
        .notNegative("version", version)
        .done();
  }

  /**
   * The zone of an IANA name such as {@code Asia/Tokyo}.
   *
   * @throws InvalidValueException if no such zone exists; plain offsets are refused, since a venue
   *     lives by its region's clock
   */
  public static ZoneId parseZone(String text) {
    if (!ZoneId.getAvailableZoneIds().contains(text)) {
      throw new InvalidValueException(
          "zone", text, "must be an IANA time zone such as Asia/Tokyo or America/New_York");
    }
    return ZoneId.of(text);
  }
}
