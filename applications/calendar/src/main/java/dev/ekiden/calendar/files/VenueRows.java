package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Rows of {@code venues.csv}. */
final class VenueRows implements RowChange<Venue> {

  private final HolidayCalendars holidays;

  VenueRows(HolidayCalendars holidays) {
    this.holidays = holidays;
  }

  @Override
  public TruthTable<Venue> table() {
    return TruthTables.VENUES;
  }

  @Override
  public String keyColumn() {
    return "code";
  }

  @Override
  public Venue apply(Row row, @Nullable Venue before) {
    row.required("zone");
    ZoneId zone = row.value("zone", ZoneOffset.UTC, null, Venue::parseZone);
    String holidayCalendar =
        row.value(
            "holiday_calendar",
            HolidayCalendars.NONE,
            before == null ? null : before.holidayCalendar(),
            this::knownHolidayCalendar);
    return new Venue(
        before == null ? 0 : before.id(),
        row.text("code"),
        row.text("name"),
        zone,
        holidayCalendar,
        before == null ? 1 : before.version());
  }

  private String knownHolidayCalendar(String code) {
    holidays.get(code);
    return code;
  }
}
