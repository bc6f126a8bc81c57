package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;

/** All routes of the calendar; what they do is written down in {@code openapi.yaml}. */
public final class CalendarRoutes {

  private final Services services;
  private final CalendarRefresh refresh;
  private final HolidayCalendars holidays;

  public CalendarRoutes(Services services, CalendarRefresh refresh, HolidayCalendars holidays) {
    this.services = services;
    this.refresh = refresh;
    this.holidays = holidays;
  }

  /** The routes of the control listener: everything. */
  public void addControl(Routes routes) {
    Routes refusing = new RefusingRoutes(routes);
    addBooking(refusing, Audience.OPERATORS);
    new TruthRoutes(services, refresh, holidays).addTo(refusing);
    new FileRoutes(services, refresh, holidays).addTo(refusing);
    new SyncRoutes(services, refresh).addTo(refusing);
    new IcsRoutes(services, refresh).addControl(refusing);
  }

  /** The routes of the public listener: searching, booking and feeds. */
  public void addPublic(Routes routes) {
    addBooking(new RefusingRoutes(routes), Audience.CUSTOMERS);
  }

  private void addBooking(Routes routes, Audience audience) {
    new SearchRoutes(services, holidays, audience).addTo(routes);
    new BookingRoutes(services, refresh.bookings()).addTo(routes);
    new IcsRoutes(services, refresh).addBoth(routes);
  }
}
