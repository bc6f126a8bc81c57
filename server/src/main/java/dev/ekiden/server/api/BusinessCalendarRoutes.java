package dev.ekiden.server.api;

import dev.ekiden.engine.BusinessCalendar;
import dev.ekiden.engine.BusinessCalendars;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Routes of the business calendars that schedules keep to. */
public final class BusinessCalendarRoutes {
  private static final Set<DayOfWeek> DEFAULT_WEEKEND =
      Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

  private final BusinessCalendars calendars;

  public BusinessCalendarRoutes(Engine engine) {
    this.calendars = engine.schedules().calendars();
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/business-calendars", this::list);
    routes.get("/api/v1/business-calendars/{calendar}", this::get);
    routes.put("/api/v1/business-calendars/{calendar}", this::put);
    routes.delete("/api/v1/business-calendars/{calendar}", this::remove);
  }

  private record CalendarContent(
      @Nullable Set<DayOfWeek> weekend, @Required Set<LocalDate> holidays) {

    BusinessCalendar calendar(String name) {
      return new BusinessCalendar(
          name, weekend == null ? DEFAULT_WEEKEND : weekend, new TreeSet<>(holidays));
    }
  }

  private record CalendarView(String name, List<DayOfWeek> weekend, List<LocalDate> holidays) {
    static CalendarView of(BusinessCalendar calendar) {
      return new CalendarView(
          calendar.name(), List.copyOf(calendar.weekend()), List.copyOf(calendar.holidays()));
    }
  }

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(Items.of(calendars.list().stream().map(CalendarView::of).toList()));
  }

  private Response get(Request request) {
    request.allowQuery();
    return Response.json(CalendarView.of(calendars.get(request.path("calendar").text())));
  }

  private Response put(Request request) {
    request.allowQuery();
    String name = request.path("calendar").text();
    CalendarContent content = request.json(CalendarContent.class);
    return Response.json(CalendarView.of(calendars.put(content.calendar(name))));
  }

  private Response remove(Request request) {
    request.allowQuery();
    String name = request.path("calendar").text();
    if (!calendars.remove(name)) {
      throw new NotFoundException(
          ErrorCode.UNKNOWN_BUSINESS_CALENDAR, "there is no business calendar '" + name + "'");
    }
    return Response.noContent();
  }
}
