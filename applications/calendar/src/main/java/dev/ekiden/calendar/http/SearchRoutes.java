package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.Answer;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Explanation.Reason;
import dev.ekiden.calendar.availability.FreeSlot;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Offer;
import dev.ekiden.calendar.http.Views.Items;
import dev.ekiden.calendar.http.Views.PlanView;
import dev.ekiden.calendar.http.Views.PriceView;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.CalendarReader;
import dev.ekiden.calendar.read.Catalog;
import dev.ekiden.calendar.read.ListedPlan;
import dev.ekiden.calendar.read.ListedSpace;
import dev.ekiden.calendar.read.PlanInSpace;
import dev.ekiden.calendar.read.ReadCalendar;
import dev.ekiden.calendar.read.SpacePlans;
import dev.ekiden.calendar.read.WhyNot;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Finding spaces, and both ways to find a time: plan first, or time first. The two read cached
 * calendars only; reasons are asked of the truth.
 */
final class SearchRoutes {

  /** The most days that one question about a plan may span. */
  static final int MAXIMUM_DAYS = 31;

  static final int MAXIMUM_PAGE = 100;
  static final int DEFAULT_PAGE = 20;
  static final int MAXIMUM_NAME_LENGTH = 100;
  private static final int BAD_REQUEST = 400;

  private final TimeSearchRoutes search;
  private final Services services;
  private final Database database;
  private final Audience audience;
  private final Catalog catalog = new Catalog();
  private final CalendarReader calendars = new CalendarReader();
  private final WhyNot whyNot;

  SearchRoutes(Services services, HolidayCalendars holidays, Audience audience) {
    this.services = services;
    this.database = services.database();
    this.audience = audience;
    this.search = new TimeSearchRoutes(services);
    this.whyNot = new WhyNot(database, holidays);
  }

  void addTo(Routes routes) {
    routes.get("/spaces", EntityTag.tagging(this::spaces));
    routes.get("/spaces/{space}", EntityTag.tagging(this::space));
    routes.get("/spaces/{space}/plans", EntityTag.tagging(this::bookablePlans));
    search.addTo(routes);
    routes.get("/plans/{plan}", EntityTag.tagging(this::plan));
    routes.get("/plans/{plan}/availability", EntityTag.tagging(this::availability));
  }

  private Response spaces(Request request) {
    request.allowQuery("name", "venue", "after", "limit");
    @Nullable String name = request.query("name").textOrNull();
    if (name != null && name.length() > MAXIMUM_NAME_LENGTH) {
      throw refused("name", "must have at most " + MAXIMUM_NAME_LENGTH + " characters");
    }
    @Nullable String venue = request.query("venue").textOrNull();
    @Nullable String after = request.query("after").textOrNull();
    int limit = request.query("limit").integer(1, MAXIMUM_PAGE, DEFAULT_PAGE);
    List<ListedSpace> found =
        database.withHandle(handle ->
            catalog.search(
                handle,
                name == null ? "" : name,
                venue,
                after == null ? "" : after,
                // One more than is shown tells whether there is a next page.
                limit + 1));
    boolean more = found.size() > limit;
    List<ListedSpace> page = more ? found.subList(0, limit) : found;
    return Response.json(
        new Items<>(
            page.stream().map(SpaceView::of).toList(), more ? page.getLast().code() : null));
  }

  private record SpaceWithPlans(SpaceView space, List<PlanView> plans) {}

  private Response space(Request request) {
    request.allowQuery();
    SpacePlans found = database.withHandle(handle -> findSpace(handle, request.path("space")));
    return Response.json(
        new SpaceWithPlans(
            SpaceView.of(found.space()), found.plans().stream().map(PlanView::of).toList()));
  }

  private Response plan(Request request) {
    request.allowQuery();
    PlanDetailsView details =
        database.withHandle(handle -> {
          PlanInSpace found = findPlan(handle, request.path("plan"));
          long id = found.plan().id();
          return PlanDetailsView.of(
              found, TruthTables.PLANS.read(handle, List.of(id)).values().iterator().next());
        });
    return Response.json(details);
  }

  // ---- first the time, then the plan ----

  private record BookablePlan(PlanView plan, PriceView price, int units) {}

  private record UnavailablePlan(PlanView plan, List<ReasonView> reasons) {}

  private record BookablePlans(
      SpaceView space,
      String start,
      String end,
      boolean ready,
      List<BookablePlan> plans,
      @Nullable List<UnavailablePlan> unavailable) {}

  private record TimeQuestion(
      SpacePlans space, Instant start, Instant end, Map<Long, ReadCalendar> calendars) {}

  private Response bookablePlans(Request request) {
    request.allowQuery("start", "end", "reasons");
    boolean reasons = request.query("reasons").flag();
    Instant now = services.clock().instant();
    TimeQuestion question = database.withHandle(handle -> readTimeQuestion(handle, request));
    List<BookablePlan> bookable = new ArrayList<>();
    List<ListedPlan> others = new ArrayList<>();
    boolean ready = true;
    for (ListedPlan plan : question.space().plans()) {
      @Nullable ReadCalendar calendar = question.calendars().get(plan.id());
      Answer answer =
          calendar == null
              ? new Answer.NotReady()
              : calendar.availability().check(question.start(), question.end(), now);
      switch (answer) {
        case Answer.Bookable(var quote) ->
            bookable.add(
                new BookablePlan(
                    PlanView.of(plan),
                    PriceView.of(quote),
                    Objects.requireNonNull(calendar)
                        .availability()
                        .unitsFree(question.start(), question.end())));
        case Answer.NotBookable _ -> others.add(plan);
        case Answer.NotReady _ -> {
          ready = false;
          others.add(plan);
        }
      }
    }
    VenueTime times = new VenueTime(question.space().space().venue().zone());
    return Response.json(
        new BookablePlans(
            SpaceView.of(question.space().space()),
            times.text(question.start()),
            times.text(question.end()),
            ready,
            bookable,
            reasons ? unavailable(others, question, now) : null));
  }

  private TimeQuestion readTimeQuestion(Handle handle, Request request) {
    SpacePlans space = findSpace(handle, request.path("space"));
    VenueTime times = new VenueTime(space.space().venue().zone());
    Instant start = times.parse(request.query("start"));
    Instant end = times.parse(request.query("end"));
    VenueTime.checkOrder(start, end, BAD_REQUEST);
    return new TimeQuestion(
        space, start, end, calendars.space(handle, space.space().id(), start, end));
  }

  private List<UnavailablePlan> unavailable(
      List<ListedPlan> plans, TimeQuestion question, Instant now) {
    Map<Long, List<Reason>> reasons =
        whyNot.explain(
            plans.stream().map(ListedPlan::id).toList(), question.start(), question.end(), now);
    return plans.stream()
        .map(plan ->
            new UnavailablePlan(
                PlanView.of(plan),
                reasons.getOrDefault(plan.id(), List.of()).stream().map(ReasonView::of).toList()))
        .filter(plan -> !plan.reasons().isEmpty())
        .toList();
  }

  // ---- first the plan, then the time ----

  private record TimeView(String start, String end, long total, int units) {}

  private record SlotView(String start, String end, long amount, int units) {}

  private record AvailabilityView(
      PlanView plan,
      SpaceView space,
      LocalDate from,
      LocalDate to,
      int minutes,
      boolean ready,
      String currency,
      List<TimeView> times,
      List<SlotView> slots) {}

  private record PlanQuestion(PlanInSpace plan, Optional<ReadCalendar> calendar) {}

  private Response availability(Request request) {
    request.allowQuery("from", "to", "minutes");
    LocalDate from = request.query("from").date();
    LocalDate to = request.query("to").date();
    checkDays(from, to);
    Parameter minutes = request.query("minutes");
    Optional<Integer> asked =
        minutes.optional(value -> value.integer(1, BookingRules.MAXIMUM_BOOKING_MINUTES));
    Instant now = services.clock().instant();
    PlanQuestion question =
        database.withHandle(handle -> {
          PlanInSpace plan = findPlan(handle, request.path("plan"));
          ZoneId zone = plan.space().venue().zone();
          Duration longest = Duration.ofMinutes(BookingRules.MAXIMUM_BOOKING_MINUTES);
          return new PlanQuestion(
              plan,
              calendars.plan(
                  handle,
                  plan.plan().id(),
                  startOf(from, zone),
                  startOf(to.plusDays(1), zone).plus(longest)));
        });
    return Response.json(
        question
            .calendar()
            .map(calendar -> view(question.plan(), calendar, from, to, asked, now))
            .orElseGet(() -> notReady(question.plan(), from, to, asked)));
  }

  private static AvailabilityView view(
      PlanInSpace plan,
      ReadCalendar calendar,
      LocalDate from,
      LocalDate to,
      Optional<Integer> asked,
      Instant now) {
    ZoneId zone = calendar.terms().zone();
    int minutes = asked.orElse(calendar.terms().rules().minimumMinutes());
    Duration duration = Duration.ofMinutes(minutes);
    Instant start = startOf(from, zone);
    Instant end = startOf(to.plusDays(1), zone);
    VenueTime times = new VenueTime(zone);
    List<TimeView> offers = new ArrayList<>();
    for (Offer offer : calendar.availability().offers(start, end, duration, now)) {
      offers.add(
          new TimeView(
              times.text(offer.start()),
              times.text(offer.end()),
              offer.quote().total(),
              calendar.availability().unitsFree(offer.start(), offer.end())));
    }
    List<SlotView> slots = new ArrayList<>();
    for (FreeSlot slot : calendar.availability().slots(start, end, now)) {
      slots.add(
          new SlotView(
              times.text(slot.start()),
              times.text(slot.end()),
              slot.amount(),
              calendar.availability().unitsFree(slot.start(), slot.end())));
    }
    return new AvailabilityView(
        PlanView.of(plan.plan()),
        SpaceView.of(plan.space()),
        from,
        to,
        minutes,
        isReady(calendar, start, end, duration, now),
        calendar.terms().priceTerms().currency().getCurrencyCode(),
        offers,
        slots);
  }

  /** What is past, or beyond the booking window, need not be there: it cannot be booked. */
  private static boolean isReady(
      ReadCalendar calendar, Instant start, Instant end, Duration duration, Instant now) {
    ZoneId zone = calendar.terms().zone();
    LocalDate latest =
        LocalDate.ofInstant(now, zone).plusDays(calendar.terms().rules().bookingWindowDays());
    Instant first = start.isBefore(now) ? now : start;
    Instant last = min(end, startOf(latest.plusDays(1), zone));
    return !first.isBefore(last)
        || calendar.availability().isReady(first, last.plus(duration).minusSeconds(1));
  }

  private AvailabilityView notReady(
      PlanInSpace plan, LocalDate from, LocalDate to, Optional<Integer> asked) {
    var stored =
        database.withHandle(handle ->
            TruthTables.PLANS.read(handle, List.of(plan.plan().id())).values().iterator().next());
    return new AvailabilityView(
        PlanView.of(plan.plan()),
        SpaceView.of(plan.space()),
        from,
        to,
        asked.orElse(stored.rules().minimumMinutes()),
        false,
        stored.prices().terms().currency().getCurrencyCode(),
        List.of(),
        List.of());
  }

  private static void checkDays(LocalDate from, LocalDate to) {
    long days = ChronoUnit.DAYS.between(from, to) + 1;
    if (days < 1) {
      throw refused("to", "must not be before the first day " + from + ", not " + to);
    }
    if (days > MAXIMUM_DAYS) {
      throw refused(
          "to",
          "must be at most %d days from the first day %s, both counted, not %d"
              .formatted(MAXIMUM_DAYS, from, days));
    }
    if (from.getYear() < 1970 || to.getYear() > 2999) {
      throw refused("from", "must be between the years 1970 and 2999");
    }
  }

  private static Instant startOf(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toInstant();
  }

  private static Instant min(Instant first, Instant second) {
    return first.isBefore(second) ? first : second;
  }

  // ---- both ----

  private SpacePlans findSpace(Handle handle, Parameter code) {
    SpacePlans found =
        catalog.space(handle, code.text()).orElseThrow(() -> Refusal.unknown("space", code.text()));
    return switch (audience) {
      case CUSTOMERS -> found.published();
      case OPERATORS -> found;
    };
  }

  private PlanInSpace findPlan(Handle handle, Parameter code) {
    return catalog
        .plan(handle, code.text())
        .filter(this::shows)
        .orElseThrow(() -> Refusal.unknown("plan", code.text()));
  }

  private boolean shows(PlanInSpace plan) {
    return switch (audience) {
      case CUSTOMERS -> plan.plan().published();
      case OPERATORS -> true;
    };
  }

  static ProblemException refused(String parameter, String rule) {
    return new ProblemException(
        Problem.of(
                BAD_REQUEST,
                "invalid-parameter",
                "query parameter '%s' %s".formatted(parameter, rule))
            .withField(parameter));
  }
}
