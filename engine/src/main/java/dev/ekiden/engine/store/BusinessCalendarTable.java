package dev.ekiden.engine.store;

import dev.ekiden.engine.BusinessCalendar;
import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Business calendars. */
public final class BusinessCalendarTable {
  private static final String SELECT =
      "SELECT name, weekend, holidays FROM ekiden.business_calendar\n";

  private static final String UPSERT =
      """
      INSERT INTO ekiden.business_calendar (name, weekend, holidays)
      VALUES (:name, CAST(:weekend AS smallint[]), CAST(:holidays AS date[]))
      ON CONFLICT (name) DO UPDATE
      SET weekend = excluded.weekend, holidays = excluded.holidays
      """;

  private static final String REMOVE = "DELETE FROM ekiden.business_calendar WHERE name = :name";

  private BusinessCalendarTable() {}

  public static List<BusinessCalendar> all(Handle handle) {
    return handle.createQuery(SELECT + "ORDER BY name").map(BusinessCalendarTable::calendar).list();
  }

  public static Optional<BusinessCalendar> find(Handle handle, String name) {
    return one(handle, SELECT + "WHERE name = :name", name);
  }

  /** Reads a calendar and keeps others from changing it until the transaction ends. */
  public static Optional<BusinessCalendar> lock(Handle handle, String name) {
    return one(handle, SELECT + "WHERE name = :name FOR SHARE", name);
  }

  /** Creates or replaces a calendar. */
  public static void upsert(Handle handle, BusinessCalendar calendar) {
    handle
        .createUpdate(UPSERT)
        .bind("name", calendar.name())
        .bindArray(
            "weekend", Integer.class, calendar.weekend().stream().map(DayOfWeek::getValue).toList())
        .bindArray(
            "holidays",
            String.class,
            calendar.holidays().stream().map(LocalDate::toString).toList())
        .execute();
  }

  public static boolean remove(Handle handle, String name) {
    return handle.createUpdate(REMOVE).bind("name", name).execute() > 0;
  }

  private static Optional<BusinessCalendar> one(Handle handle, String query, String name) {
    return handle
        .createQuery(query)
        .bind("name", name)
        .map(BusinessCalendarTable::calendar)
        .findOne();
  }

  private static BusinessCalendar calendar(ResultSet row, StatementContext context)
      throws SQLException {
    return new BusinessCalendar(
        row.getString("name"), days(row.getArray("weekend")), dates(row.getArray("holidays")));
  }

  private static Set<DayOfWeek> days(Array array) throws SQLException {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (Number day : (Number[]) array.getArray()) {
      days.add(DayOfWeek.of(day.intValue()));
    }
    return days;
  }

  private static SortedSet<LocalDate> dates(Array array) throws SQLException {
    SortedSet<LocalDate> dates = new TreeSet<>();
    for (Date date : (Date[]) array.getArray()) {
      dates.add(date.toLocalDate());
    }
    return dates;
  }
}
