package dev.ekiden.engine;

import dev.ekiden.engine.store.BusinessCalendarTable;
import dev.ekiden.engine.store.ScheduleTable;
import dev.ekiden.postgres.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The business calendars schedules keep to. Got from {@link Schedules#calendars}; thread-safe. */
public final class BusinessCalendars {
  private final Schedules schedules;
  private final Database database;

  BusinessCalendars(Schedules schedules, Database database) {
    this.schedules = schedules;
    this.database = database;
  }

  /** All calendars by name. */
  public List<BusinessCalendar> list() {
    return database.withHandle(BusinessCalendarTable::all);
  }

  /**
   * Reads a calendar that must exist.
   *
   * @throws NotFoundException when there is none of that name
   */
  public BusinessCalendar get(String name) {
    return database
        .withHandle(handle -> BusinessCalendarTable.find(handle, name))
        .orElseThrow(() -> unknown(name));
  }

  /** Creates or replaces a calendar; schedules that keep to it do so from now on. */
  public BusinessCalendar put(BusinessCalendar calendar) {
    database.useTransaction(handle -> {
      BusinessCalendarTable.upsert(handle, calendar);
      schedules.calendarChanged(handle, calendar);
    });
    schedules.wake();
    return calendar;
  }

  /**
   * Removes a calendar; answers whether there was one.
   *
   * @throws ConflictException when a schedule keeps to it
   */
  public boolean remove(String name) {
    return database.inTransaction(handle -> {
      List<String> users = ScheduleTable.namesOn(handle, name);
      if (!users.isEmpty()) {
        throw new ConflictException(
            ErrorCode.CONFLICT,
            "schedule '%s' keeps to business calendar '%s'".formatted(users.getFirst(), name),
            false);
      }
      return BusinessCalendarTable.remove(handle, name);
    });
  }

  /** Reads a calendar that a schedule is about to keep to, so that it stays until then. */
  static BusinessCalendar lock(Handle handle, String name) {
    return BusinessCalendarTable.lock(handle, name).orElseThrow(() -> unknown(name));
  }

  private static NotFoundException unknown(String name) {
    return new NotFoundException(
        ErrorCode.UNKNOWN_BUSINESS_CALENDAR, "there is no business calendar '" + name + "'");
  }
}
