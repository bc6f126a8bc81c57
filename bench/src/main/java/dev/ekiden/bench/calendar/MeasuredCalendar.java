package dev.ekiden.bench.calendar;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.http.CalendarRoutes;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.CalendarSchema;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Application;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calendar's server, which lets us at its insides. */
final class MeasuredCalendar implements Application {
  static final String NAME = "calendar";

  private final HolidayCalendars holidays = new HolidayCalendars();
  private volatile @Nullable Services services;
  private volatile @Nullable CalendarRefresh refresh;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void migrate(Database database) {
    CalendarSchema.migrate(database);
  }

  @Override
  public List<JobDefinition<?>> definitions(Services given) {
    CalendarRefresh made = new CalendarRefresh(given);
    services = given;
    refresh = made;
    return made.definitions();
  }

  @Override
  public List<WorkerOptions> workers() {
    return refresh().workers();
  }

  @Override
  public void controlRoutes(Routes routes, Services given) {
    new CalendarRoutes(given, refresh(), holidays).addControl(routes);
  }

  @Override
  public void publicRoutes(Routes routes, Services given) {
    new CalendarRoutes(given, refresh(), holidays).addPublic(routes);
  }

  @Override
  public boolean hasPublicListener() {
    return true;
  }

  HolidayCalendars holidays() {
    return holidays;
  }

  Services services() {
    return known(services);
  }

  CalendarRefresh refresh() {
    return known(refresh);
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the server has not been started");
    }
    return value;
  }
}
