package dev.ekiden.calendar.http;

import dev.ekiden.calendar.booking.Actor;
import dev.ekiden.calendar.booking.BookingService;
import dev.ekiden.calendar.booking.CancelTerms;
import dev.ekiden.calendar.booking.Held;
import dev.ekiden.calendar.booking.Reservation;
import dev.ekiden.calendar.booking.ReservationState;
import dev.ekiden.calendar.booking.ReservationToken;
import dev.ekiden.calendar.http.Views.Items;
import dev.ekiden.calendar.http.Views.PriceView;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.Catalog;
import dev.ekiden.calendar.read.PlanInSpace;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Holding a time, confirming, changing and canceling it; decided by the truth, never by the cache.
 */
final class BookingRoutes {

  private static final int UNPROCESSABLE = 422;

  private final Services services;
  private final BookingService bookings;
  private final Catalog catalog = new Catalog();

  private final Actor actor;
  private final Idempotency idempotency;

  BookingRoutes(Services services, BookingService bookings, Audience audience) {
    this.services = services;
    this.bookings = bookings;
    this.idempotency = new Idempotency(services);
    this.actor =
        switch (audience) {
          case CUSTOMERS -> Actor.GUEST;
          case OPERATORS -> Actor.OPERATOR;
        };
  }

  void addTo(Routes routes) {
    routes.post("/holds", this::hold);
    routes.get("/reservations/{token}", this::get);
    routes.post("/reservations/{token}/confirm", this::confirm);
    routes.post("/reservations/{token}/change", this::change);
    routes.post("/reservations/{token}/extend", this::extend);
    routes.post("/reservations/{token}/cancel", this::cancel);
  }

  /** What only operators do. */
  void addControl(Routes routes) {
    routes.get("/requests", this::requests);
    routes.post("/requests/{id}/approve", request -> answer(request, bookings::approve));
    routes.post("/requests/{id}/reject", request -> answer(request, bookings::reject));
  }

  private record HoldRequest(
      @Required String plan,
      @Required String start,
      @Required String end,
      @Nullable Integer holdSeconds) {}

  private record Hold(
      String token,
      ReservationState state,
      String plan,
      String start,
      String end,
      PriceView price,
      String expiresAt) {}

  private Response hold(Request request) {
    request.allowQuery();
    HoldRequest wanted = request.json(HoldRequest.class);
    PlanInSpace plan = plan(wanted.plan());
    VenueTime times = times(plan);
    Instant start = times.parse(wanted.start(), "start");
    Instant end = times.parse(wanted.end(), "end");
    VenueTime.checkOrder(start, end, UNPROCESSABLE);
    Duration holdFor = holdFor(wanted);
    return idempotency.once(
        request,
        wanted,
        handle -> {
          Held held = bookings.hold(handle, plan.plan().id(), start, end, holdFor);
          String token = held.token().secret();
          return Response.created(
              "/calendar/reservations/" + token,
              new Hold(
                  token,
                  ReservationState.HELD,
                  plan.plan().code(),
                  times.text(start),
                  times.text(end),
                  PriceView.of(held.quote()),
                  times.text(held.expiresAt().truncatedTo(ChronoUnit.MILLIS))));
        });
  }

  private static Duration holdFor(HoldRequest wanted) {
    @Nullable Integer seconds = wanted.holdSeconds();
    if (seconds == null) {
      return BookingService.DEFAULT_HOLD;
    }
    long least = BookingService.MINIMUM_HOLD.toSeconds();
    long most = BookingService.MAXIMUM_HOLD.toSeconds();
    if (seconds < least || seconds > most) {
      throw invalid(
          "holdSeconds", "must be between %d and %d, not %d".formatted(least, most, seconds));
    }
    return Duration.ofSeconds(seconds);
  }

  private Response get(Request request) {
    request.allowQuery();
    ReservationToken token = token(request);
    return answer(bookings.find(token).orElseThrow(BookingRoutes::unknownReservation));
  }

  private Response confirm(Request request) {
    request.allowQuery();
    ReservationToken token = token(request);
    return idempotency.once(
        request, null, handle -> answer(handle, bookings.confirm(handle, token)));
  }

  private Response cancel(Request request) {
    request.allowQuery();
    ReservationToken token = token(request);
    return idempotency.once(
        request, null, handle -> answer(handle, bookings.cancel(handle, token)));
  }

  private record ChangeRequest(
      @Nullable String plan, @Required String start, @Required String end) {}

  private Response change(Request request) {
    request.allowQuery();
    ReservationToken token = token(request);
    ChangeRequest wanted = request.json(ChangeRequest.class);
    Reservation before = bookings.find(token).orElseThrow(BookingRoutes::unknownReservation);
    @Nullable String code = wanted.plan();
    PlanInSpace plan = code == null ? planOf(before) : plan(code);
    VenueTime times = times(plan);
    Instant start = times.parse(wanted.start(), "start");
    Instant end = times.parse(wanted.end(), "end");
    VenueTime.checkOrder(start, end, UNPROCESSABLE);
    return idempotency.once(
        request,
        wanted,
        handle ->
            answer(handle, bookings.change(handle, token, plan.plan().id(), start, end, actor)));
  }

  private record ExtendRequest(@Required String end) {}

  private Response extend(Request request) {
    request.allowQuery();
    ReservationToken token = token(request);
    ExtendRequest wanted = request.json(ExtendRequest.class);
    Reservation before = bookings.find(token).orElseThrow(BookingRoutes::unknownReservation);
    Instant end = times(planOf(before)).parse(wanted.end(), "end");
    return idempotency.once(
        request, wanted, handle -> answer(handle, bookings.extend(handle, token, end, actor)));
  }

  private Response requests(Request request) {
    request.allowQuery("after", "limit");
    long after = request.query("after").optional(Parameter::id).orElse(0L);
    int limit =
        request.query("limit").integer(1, SearchRoutes.MAXIMUM_PAGE, SearchRoutes.DEFAULT_PAGE);
    List<Reservation> found = bookings.requests(after, limit + 1);
    boolean more = found.size() > limit;
    List<Reservation> page = more ? found.subList(0, limit) : found;
    return Response.json(
        new Items<>(
            page.stream().map(this::view).toList(),
            more ? Long.toString(page.getLast().id()) : null));
  }

  private Response answer(Request request, LongFunction<Reservation> operation) {
    request.allowQuery();
    return answer(operation.apply(request.path("id").id()));
  }

  private record ReservationView(
      String id,
      ReservationState state,
      String plan,
      String planName,
      SpaceView space,
      String start,
      String end,
      @Nullable String expiresAt,
      String currency,
      @Nullable Long total,
      @Nullable Long tax,
      @Nullable String freeCancelUntil,
      @Nullable Integer cancelFeePercent,
      @Nullable Long cancelFee) {}

  private Response answer(Reservation reservation) {
    return Response.json(view(reservation));
  }

  private Response answer(Handle handle, Reservation reservation) {
    Instant now = services.engine().clock().now(handle.getConnection());
    return Response.json(view(reservation, planOf(handle, reservation), now));
  }

  private ReservationView view(Reservation reservation) {
    return view(reservation, planOf(reservation), services.clock().instant());
  }

  private static ReservationView view(Reservation reservation, PlanInSpace plan, Instant now) {
    VenueTime times = times(plan);
    CancelTerms terms = reservation.terms();
    boolean mayCost = terms.feePercent() > 0;
    return new ReservationView(
        Long.toString(reservation.id()),
        stateAt(reservation, now),
        plan.plan().code(),
        plan.plan().name(),
        SpaceView.of(plan.space()),
        times.text(reservation.start()),
        times.text(reservation.end()),
        reservation
            .holdExpiresAt()
            .map(expiry -> times.text(expiry.truncatedTo(ChronoUnit.MILLIS)))
            .orElse(null),
        reservation.currency().getCurrencyCode(),
        orNull(reservation.total()),
        orNull(reservation.tax()),
        mayCost ? times.text(terms.freeUntil(reservation.start())) : null,
        mayCost ? terms.feePercent() : null,
        orNull(reservation.cancelFee()));
  }

  private static @Nullable Long orNull(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  /** A hold that is over has expired, whether or not somebody has noted it yet. */
  private static ReservationState stateAt(Reservation reservation, Instant now) {
    boolean over =
        reservation.state().expires()
            && reservation.holdExpiresAt().map(expiry -> !now.isBefore(expiry)).orElse(false);
    return over ? ReservationState.EXPIRED : reservation.state();
  }

  private PlanInSpace plan(String code) {
    return services
        .database()
        .withHandle(handle -> catalog.plan(handle, code))
        .orElseThrow(() -> unknownPlan(code));
  }

  private PlanInSpace planOf(Reservation reservation) {
    return services.database().withHandle(handle -> planOf(handle, reservation));
  }

  private PlanInSpace planOf(Handle handle, Reservation reservation) {
    return catalog
        .plan(handle, reservation.planId())
        .orElseThrow(BookingRoutes::unknownReservation);
  }

  private static VenueTime times(PlanInSpace plan) {
    return new VenueTime(plan.space().venue().zone());
  }

  private static ReservationToken token(Request request) {
    Parameter token = request.path("token");
    return ReservationToken.parse(token.text()).orElseThrow(BookingRoutes::unknownReservation);
  }

  private static ProblemException unknownReservation() {
    return ProblemException.of(404, "unknown-reservation", "no reservation has this token");
  }

  private static ProblemException unknownPlan(String code) {
    return new ProblemException(
        Problem.of(UNPROCESSABLE, "unknown-plan", "there is no plan '" + code + "'")
            .withField("plan"));
  }

  private static ProblemException invalid(String field, String rule) {
    return new ProblemException(
        Problem.of(UNPROCESSABLE, "invalid-field", "'%s' %s".formatted(field, rule))
            .withField(field));
  }
}
