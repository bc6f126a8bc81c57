package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.Answer;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Explanation.Reason;
import dev.ekiden.calendar.availability.FreeSlot;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Offer;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.http.Views.Items;
import dev.ekiden.calendar.http.Views.PlanView;
import dev.ekiden.calendar.http.Views.PriceView;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.CalendarReader;
import dev.ekiden.calendar.read.Catalog;
import dev.ekiden.calendar.read.ListedPlan;
import dev.ekiden.calendar.read.ListedSpace;
import dev.ekiden.calendar.read.ListedVenue;
import dev.ekiden.calendar.read.PlanInSpace;
import dev.ekiden.calendar.read.ReadCalendar;
import dev.ekiden.calendar.read.SpacePlans;
import dev.ekiden.calendar.read.SpaceSearch;
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
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
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
  private static final int MAXIMUM_NAME_LENGTH = 100;
  private static final int BAD_REQUEST = 400;

  private static final Pattern OFFSET = Pattern.compile("(Z|[+-][0-9:]+)$");

  private final SpaceSearch search = new SpaceSearch();
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
    this.whyNot = new WhyNot(database, holidays);
  }

  void addTo(Routes routes) {
    routes.get("/spaces", this::spaces);
    routes.get("/spaces/{space}", this::space);
    routes.get("/spaces/{space}/plans", this::bookablePlans);
    routes.get("/search", this::search);
    routes.get("/plans/{plan}", this::plan);
    routes.get("/plans/{plan}/availability", this::availability);
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

  // ---- first the time, then the space ----

  private record FoundView(
      SpaceView space,
      @Nullable Integer capacity,
      PlanView plan,
      String start,
      String end,
      PriceView price,
      int units) {
    static FoundView of(SpaceSearch.Found found) {
      var candidate = found.candidate();
      VenueTime times = new VenueTime(candidate.zone());
      return new FoundView(
          SpaceView.of(
              new ListedSpace(
                  candidate.spaceId(),
                  candidate.spaceCode(),
                  candidate.spaceName(),
                  new ListedVenue(
                      candidate.venueId(),
                      candidate.venueCode(),
                      candidate.venueName(),
                      candidate.zone()))),
          candidate.capacity() == 0 ? null : candidate.capacity(),
          PlanView.of(
              new ListedPlan(candidate.planId(), candidate.planCode(), candidate.planName(), true)),
          times.text(found.time().start()),
          times.text(found.time().end()),
          PriceView.of(found.quote()),
          found.units());
    }
  }

  private record FoundPage(List<FoundView> items, boolean ready, @Nullable String next) {}

  private Response search(Request request) {
    request.allowQuery(
        "start",
        "end",
        "capacity",
        "units",
        "minTotal",
        "maxTotal",
        "currency",
        "venue",
        "after",
        "limit");
    // Before any venue is asked: what is no time at all is wrong everywhere.
    VenueTime utc = new VenueTime(ZoneOffset.UTC);
    Instant start = utc.parse(request.query("start"));
    Instant end = utc.parse(request.query("end"));
    VenueTime.checkOrder(start, end, BAD_REQUEST);
    if (Duration.between(start, end).toMinutes() > BookingRules.MAXIMUM_BOOKING_MINUTES) {
      throw refused(
          "end",
          "must be at most %d minutes after the start"
              .formatted(BookingRules.MAXIMUM_BOOKING_MINUTES));
    }
    boolean priced =
        request.query("minTotal").isPresent()
            || request.query("maxTotal").isPresent()
            || request.query("currency").isPresent();
    SpaceSearch.Question question =
        new SpaceSearch.Question(
            LocalDate.ofInstant(start, ZoneOffset.UTC).minusDays(2),
            LocalDate.ofInstant(end, ZoneOffset.UTC).plusDays(2),
            zone -> time(request, zone, start, end),
            request.query("capacity").integer(0, Space.MAXIMUM_CAPACITY, 0),
            request.query("units").integer(1, Resource.MAXIMUM_UNITS, 1),
            priced ? currency(request.query("currency")) : null,
            amount(request.query("minTotal"), 0),
            amount(request.query("maxTotal"), Long.MAX_VALUE),
            request.query("venue").textOrNull());
    long after = request.query("after").optional(Parameter::id).orElse(0L);
    int limit = request.query("limit").integer(1, MAXIMUM_PAGE, DEFAULT_PAGE);
    Instant now = services.clock().instant();
    SpaceSearch.Page page =
        database.withHandle(handle -> search.search(handle, question, after, limit, now));
    return Response.json(
        new FoundPage(
            page.found().stream().map(FoundView::of).toList(),
            page.ready(),
            page.next().map(id -> Long.toString(id)).orElse(null)));
  }

  /** A time without an offset is on the clock of each venue; one that it skips is as much later. */
  private static SpaceSearch.Time time(
      Request request, ZoneId zone, Instant startInUtc, Instant endInUtc) {
    return new SpaceSearch.Time(
        onClock(request.query("start").text(), zone, startInUtc),
        onClock(request.query("end").text(), zone, endInUtc));
  }

  private static Instant onClock(String text, ZoneId zone, Instant inUtc) {
    boolean hasOffset = OFFSET.matcher(text).find();
    return hasOffset
        ? inUtc
        : LocalDateTime.ofInstant(inUtc, ZoneOffset.UTC).atZone(zone).toInstant();
  }

  private static Currency currency(Parameter parameter) {
    String code = parameter.textOrNull();
    try {
      return code == null ? PriceTerms.DEFAULT_CURRENCY : Currency.getInstance(code);
    } catch (IllegalArgumentException e) {
      throw refused("currency", "must be an ISO 4217 code such as JPY, not '" + code + "'");
    }
  }

  private static long amount(Parameter parameter, long byDefault) {
    @Nullable String text = parameter.textOrNull();
    if (text == null) {
      return byDefault;
    }
    if (!text.matches("[0-9]{1,15}")) {
      throw refused(parameter.name(), "must be a whole number of minor units, not '" + text + "'");
    }
    return Long.parseLong(text);
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

  private static ProblemException refused(String parameter, String rule) {
    return new ProblemException(
        Problem.of(
                BAD_REQUEST,
                "invalid-parameter",
                "query parameter '%s' %s".formatted(parameter, rule))
            .withField(parameter));
  }
}
