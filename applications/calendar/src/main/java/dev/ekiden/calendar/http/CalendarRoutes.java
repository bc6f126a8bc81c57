package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.console.Assets;
import dev.ekiden.server.AssetRoutes;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.util.ArrayList;
import java.util.List;

/** All routes of the calendar; what they do is written down in {@code openapi.yaml}. */
public final class CalendarRoutes {

  /** Where the page is, on the public listener only. */
  public static final String PAGE = "/booking";

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
    new BookingRoutes(services, refresh.bookings(), Audience.OPERATORS).addControl(refusing);
    new TruthRoutes(services, refresh, holidays).addTo(refusing);
    new FileRoutes(services, refresh, holidays).addTo(refusing);
    new SyncRoutes(services, refresh).addTo(refusing);
    new IcsRoutes(services, refresh).addControl(refusing);
    new BulkFeedRoutes(services).addTo(refusing);
    new WebhookRoutes(refresh.webhooks()).addTo(refusing);
  }

  /**
   * The routes of the public listener: searching, booking and feeds, and the page for customers.
   */
  public void addPublic(Routes routes) {
    new AssetRoutes(PAGE, Assets.in("dev/ekiden/calendar/booking")).addTo(routes);
    addBooking(new RefusingRoutes(routes), Audience.CUSTOMERS);
  }

  private void addBooking(Routes routes, Audience audience) {
    routes.get("/", request -> index(request, audience));
    new SearchRoutes(services, holidays, audience).addTo(routes);
    new BookingRoutes(services, refresh.bookings(), audience).addTo(routes);
    new IcsRoutes(services, refresh).addBoth(routes);
  }

  private record Link(String href, String title) {}

  private record Index(String title, List<Link> links) {}

  private static Response index(Request request, Audience audience) {
    request.allowQuery();
    boolean customer = audience == Audience.CUSTOMERS;
    if (customer
        && request.header("Accept").filter(types -> types.contains("text/html")).isPresent()) {
      return Response.redirect("/calendar" + PAGE).withHeader("Vary", "Accept");
    }
    List<Link> links = new ArrayList<>();
    if (customer) {
      links.add(new Link("/calendar" + PAGE, "Booking, for people"));
    }
    links.add(new Link("/calendar/openapi.yaml", "All operations, as OpenAPI"));
    links.add(new Link("/calendar/spaces", "Spaces"));
    if (audience == Audience.OPERATORS) {
      links.add(new Link("/calendar/requests", "Requests that wait for an answer"));
      links.add(new Link("/calendar/syncs", "Syncs"));
    }
    return Response.json(new Index("Availability calendar", links));
  }
}
