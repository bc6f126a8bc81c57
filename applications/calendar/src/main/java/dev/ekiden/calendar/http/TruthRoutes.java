package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.Catalog;
import dev.ekiden.calendar.read.ListedSpace;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the truth, one route for each input. Each enqueues the refreshes of the plans it
 * affects in its own transaction and answers how many they are.
 */
final class TruthRoutes {

  private final Database database;
  private final TruthWriter writer;
  private final HolidayCalendars holidays;
  private final Catalog catalog = new Catalog();

  TruthRoutes(Services services, CalendarRefresh refresh, HolidayCalendars holidays) {
    this.database = services.database();
    this.writer = new TruthWriter(refresh.refreshes());
    this.holidays = holidays;
  }

  void addTo(Routes routes) {
    routes.put("/venues/{venue}/calendar", this::putVenueCalendar);
    routes.get("/spaces/{space}/hours", this::getHours);
    routes.put("/spaces/{space}/hours", this::putHours);
    routes.post("/spaces/{space}/special-periods", this::postSpecialPeriod);
    routes.delete("/spaces/{space}/special-periods/{from}", this::deleteSpecialPeriod);
    routes.post("/spaces/{space}/closures", this::postClosure);
    routes.delete("/spaces/{space}/closures", this::deleteClosure);
    routes.put("/spaces/{space}/resources", this::putResources);
    routes.put("/plans/{plan}/prices", this::putPrices);
    routes.put("/plans/{plan}/rentable-hours", this::putRentableHours);
    routes.put("/plans/{plan}/rules", this::putRules);
    routes.put("/plans/{plan}/policy", this::putPolicy);
    routes.post("/plans/{plan}/publish", request -> setPublished(request, true));
    routes.post("/plans/{plan}/unpublish", request -> setPublished(request, false));
  }

  // ---- venues ----

  private record VenueCalendar(@Required String zone, @Required String holidayCalendar) {}

  private Response putVenueCalendar(Request request) {
    VenueCalendar wanted = body(request, VenueCalendar.class);
    ZoneId zone = Venue.parseZone(wanted.zone());
    // A calendar that nobody knows would keep every plan of the venue from being computed.
    holidays.get(wanted.holidayCalendar());
    return changeVenue(
        request,
        (handle, id) -> writer.setVenueCalendar(handle, id, zone, wanted.holidayCalendar()));
  }

  // ---- spaces ----

  private record Hours(@Required String hours) {}

  private record SpecialPeriodBody(
      @Required LocalDate from,
      @Required LocalDate to,
      @Required String name,
      @Required String hours) {
    static SpecialPeriodBody of(SpecialPeriod period) {
      return new SpecialPeriodBody(period.from(), period.to(), period.name(), period.hoursText());
    }

    SpecialPeriod period() {
      return new SpecialPeriod(from, to, name, SpecialPeriod.parseHours(hours));
    }
  }

  private record ClosureBody(
      @Required LocalDateTime from, @Required LocalDateTime to, @Nullable String reason) {
    static ClosureBody of(Closure closure) {
      return new ClosureBody(closure.from(), closure.to(), closure.reason());
    }

    Closure closure() {
      return new Closure(from, to, reason == null ? "" : reason);
    }
  }

  private record SpaceHours(
      SpaceView space,
      String hours,
      List<SpecialPeriodBody> specialPeriods,
      List<ClosureBody> closures) {
    static SpaceHours of(ListedSpace listed, Space space) {
      return new SpaceHours(
          SpaceView.of(listed),
          space.businessHours().text(),
          space.specialPeriods().stream().map(SpecialPeriodBody::of).toList(),
          space.closures().stream().map(ClosureBody::of).toList());
    }
  }

  private Response getHours(Request request) {
    request.allowQuery();
    Parameter code = request.path("space");
    return Response.json(
        database.inSnapshot(handle -> {
          ListedSpace listed =
              catalog
                  .space(handle, code.text())
                  .orElseThrow(() -> Refusal.unknown("space", code.text()))
                  .space();
          return SpaceHours.of(listed, space(handle, listed.id()));
        }));
  }

  private Response putHours(Request request) {
    WeeklyHours hours = WeeklyHours.parse(body(request, Hours.class).hours());
    return changeSpace(request, (handle, id) -> writer.setBusinessHours(handle, id, hours));
  }

  private Response postSpecialPeriod(Request request) {
    SpecialPeriod period = body(request, SpecialPeriodBody.class).period();
    return changeSpace(request, (handle, id) -> writer.putSpecialPeriod(handle, id, period));
  }

  private Response deleteSpecialPeriod(Request request) {
    request.allowQuery();
    LocalDate from = request.path("from").date();
    return changeSpace(
        request,
        (handle, id) -> {
          SpecialPeriod period =
              space(handle, id).specialPeriods().stream()
                  .filter(stored -> stored.from().equals(from))
                  .findFirst()
                  .orElseThrow(() -> unknown("special-period", "special period from " + from));
          return writer.removeSpecialPeriod(handle, id, period);
        });
  }

  private Response postClosure(Request request) {
    Closure closure = body(request, ClosureBody.class).closure();
    return changeSpace(request, (handle, id) -> writer.putClosure(handle, id, closure));
  }

  private Response deleteClosure(Request request) {
    request.allowQuery("from", "to");
    LocalDateTime from = request.query("from").dateTime();
    LocalDateTime to = request.query("to").dateTime();
    return changeSpace(
        request,
        (handle, id) -> {
          Closure closure =
              space(handle, id).closures().stream()
                  .filter(stored -> stored.from().equals(from) && stored.to().equals(to))
                  .findFirst()
                  .orElseThrow(
                      () -> unknown("closure", "closure from %s to %s".formatted(from, to)));
          return writer.removeClosure(handle, id, closure);
        });
  }

  private record Resource(@Required String code, @Required Integer units) {}

  private record Resources(@Required List<Resource> resources) {}

  private Response putResources(Request request) {
    List<ResourceUse> uses =
        body(request, Resources.class).resources().stream()
            .map(resource -> new ResourceUse(resource.code(), resource.units()))
            .toList();
    return changeSpace(
        request,
        (handle, id) -> writer.useResources(handle, Map.of(id, uses), "resources of space " + id));
  }

  // ---- plans ----

  private record Rules(
      @Required Integer unitMinutes,
      @Nullable Integer startAlignmentMinutes,
      @Nullable Integer minimumMinutes,
      @Nullable Integer maximumMinutes,
      @Nullable Integer bufferBeforeMinutes,
      @Nullable Integer bufferAfterMinutes,
      @Nullable Integer minimumNoticeMinutes,
      @Nullable Integer bookingWindowDays) {

    BookingRules rules() {
      return new BookingRules(
          unitMinutes,
          or(startAlignmentMinutes, unitMinutes),
          or(minimumMinutes, unitMinutes),
          or(maximumMinutes, BookingRules.DEFAULT_MAXIMUM_MINUTES),
          or(bufferBeforeMinutes, 0),
          or(bufferAfterMinutes, 0),
          or(minimumNoticeMinutes, 0),
          or(bookingWindowDays, BookingRules.DEFAULT_WINDOW_DAYS));
    }

    static int or(@Nullable Integer value, int byDefault) {
      return value == null ? byDefault : value;
    }
  }

  private Response putPrices(Request request) {
    var prices = body(request, PricesBody.class).priceList();
    return changePlan(request, (handle, id) -> writer.setPrices(handle, id, prices));
  }

  private Response putRentableHours(Request request) {
    WeeklyHours hours = WeeklyHours.parse(body(request, Hours.class).hours());
    return changePlan(request, (handle, id) -> writer.setRentableHours(handle, id, hours));
  }

  private Response putRules(Request request) {
    BookingRules rules = body(request, Rules.class).rules();
    return changePlan(request, (handle, id) -> writer.setRules(handle, id, rules));
  }

  private record Policy(
      @Nullable Integer approvalMinutes,
      @Nullable Integer freeCancelMinutes,
      @Nullable Integer cancelFeePercent) {

    BookingPolicy policy() {
      return new BookingPolicy(
          Rules.or(approvalMinutes, 0),
          Rules.or(freeCancelMinutes, 0),
          Rules.or(cancelFeePercent, 0));
    }
  }

  private Response putPolicy(Request request) {
    BookingPolicy policy = body(request, Policy.class).policy();
    return changePlan(request, (handle, id) -> writer.setPolicy(handle, id, policy));
  }

  private Response setPublished(Request request, boolean published) {
    request.allowQuery();
    return changePlan(request, (handle, id) -> writer.setPublished(handle, id, published));
  }

  // ---- all ----

  /** A change of one entity; answers the ids of the affected plans. */
  private interface Change {
    Set<Long> apply(Handle handle, long id);
  }

  private record Changed(int affectedPlans) {}

  private Response changeVenue(Request request, Change change) {
    return change(TruthTables.VENUES, request.path("venue"), change);
  }

  private Response changeSpace(Request request, Change change) {
    return change(TruthTables.SPACES, request.path("space"), change);
  }

  private Response changePlan(Request request, Change change) {
    return change(TruthTables.PLANS, request.path("plan"), change);
  }

  private Response change(TruthTable<?> table, Parameter code, Change change) {
    Set<Long> plans =
        database.inTransaction(handle -> {
          @Nullable Long id = table.ids(handle, List.of(code.text())).get(code.text());
          if (id == null) {
            throw Refusal.unknown(table.entity(), code.text());
          }
          return change.apply(handle, id);
        });
    return Response.json(new Changed(plans.size()));
  }

  private static <T> T body(Request request, Class<T> type) {
    request.allowQuery();
    return request.json(type);
  }

  private static Space space(Handle handle, long id) {
    return TruthTables.SPACES.read(handle, List.of(id)).values().iterator().next();
  }

  private static ProblemException unknown(String code, String what) {
    return ProblemException.of(404, "unknown-" + code, "the space has no " + what);
  }
}
