package dev.ekiden.calendar.http;

import static dev.ekiden.calendar.http.SearchRoutes.refused;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.http.Views.PlanView;
import dev.ekiden.calendar.http.Views.PriceView;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.CheapestFirst;
import dev.ekiden.calendar.read.ListedPlan;
import dev.ekiden.calendar.read.ListedSpace;
import dev.ekiden.calendar.read.ListedVenue;
import dev.ekiden.calendar.read.SpaceSearch;
import dev.ekiden.calendar.read.SpaceSearch.Found;
import dev.ekiden.calendar.store.SearchTable.Candidate;
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
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** First the time, then the space: by cached calendars only. */
final class TimeSearchRoutes {

  /**
   * How many searches that look at every plan run at once: each takes a core and a connection for
   * as long, and customers must not crowd out the refreshes.
   */
  static final int WIDE_SEARCHES = 2;

  /** How long one more waits for its turn. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Pattern OFFSET = Pattern.compile("(Z|[+-][0-9:]+)$");

  /** As {@link #text} writes it. */
  private static final Pattern POSITION =
      Pattern.compile("([A-Z]{3})-([0-9]{1,15})-([1-9][0-9]{0,17})");

  private final Services services;
  private final SpaceSearch plans = new SpaceSearch();
  private final CheapestFirst spaces = new CheapestFirst();
  private final Semaphore turns = new Semaphore(WIDE_SEARCHES, true);

  TimeSearchRoutes(Services services) {
    this.services = services;
  }

  void addTo(Routes routes) {
    routes.get("/search", EntityTag.tagging(this::plans));
    routes.get("/search/spaces", EntityTag.tagging(this::spaces));
  }

  private record FoundView(
      SpaceView space,
      @Nullable Integer capacity,
      PlanView plan,
      String start,
      String end,
      PriceView price,
      int units,
      @Nullable Integer plans) {

    static FoundView of(Found found) {
      return of(found, null);
    }

    static FoundView of(CheapestFirst.FoundSpace found) {
      return of(found.cheapest(), found.plans());
    }

    private static FoundView of(Found found, @Nullable Integer plans) {
      Candidate candidate = found.candidate();
      VenueTime times = new VenueTime(candidate.zone());
      return new FoundView(
          SpaceView.of(
              new ListedSpace(
                  candidate.spaceId(),
                  candidate.spaceCode(),
                  candidate.spaceName(),
                  candidate.capacity(),
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
          found.units(),
          plans);
    }
  }

  // ---- plans ----

  private record PlanPage(List<FoundView> items, boolean ready, @Nullable String next) {}

  private Response plans(Request request) {
    SpaceSearch.Question question = question(request);
    long after = request.query("after").optional(Parameter::id).orElse(0L);
    int limit = limit(request);
    Instant now = services.clock().instant();
    SpaceSearch.Page page =
        services.database().withHandle(handle -> plans.search(handle, question, after, limit, now));
    return Response.json(
        new PlanPage(
            page.found().stream().map(FoundView::of).toList(),
            page.ready(),
            page.next().map(id -> Long.toString(id)).orElse(null)));
  }

  // ---- spaces ----

  private record SpacePage(
      List<FoundView> items, int total, boolean ready, boolean complete, @Nullable String next) {}

  private Response spaces(Request request) throws InterruptedException {
    SpaceSearch.Question question = question(request);
    CheapestFirst.@Nullable Position after =
        request.query("after").optional(TimeSearchRoutes::position).orElse(null);
    int limit = limit(request);
    Instant now = services.clock().instant();
    if (!turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new ProblemException(
          Problem.of(503, "busy", "too many searches run at once; try again in a second")
              .withRetryAfter(1));
    }
    CheapestFirst.Page page;
    try {
      page =
          services
              .database()
              .withHandle(handle -> spaces.search(handle, question, after, limit, now));
    } finally {
      turns.release();
    }
    return Response.json(
        new SpacePage(
            page.found().stream().map(FoundView::of).toList(),
            page.total(),
            page.ready(),
            page.complete(),
            page.next().map(TimeSearchRoutes::text).orElse(null)));
  }

  private static String text(CheapestFirst.Position position) {
    return "%s-%d-%d".formatted(position.currency(), position.total(), position.spaceId());
  }

  private static CheapestFirst.Position position(Parameter parameter) {
    Matcher matcher = POSITION.matcher(parameter.text());
    if (!matcher.matches()) {
      throw refused("after", "must be the 'next' of a page, not '" + parameter.text() + "'");
    }
    return new CheapestFirst.Position(
        matcher.group(1), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
  }

  // ---- both ----

  private static SpaceSearch.Question question(Request request) {
    request.allowQuery(
        "start",
        "end",
        "name",
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
    VenueTime.checkOrder(start, end, 400);
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
    return new SpaceSearch.Question(
        firstDay(request, start),
        lastDay(request, end),
        zone -> time(request, zone, start, end),
        request.query("capacity").integer(0, Space.MAXIMUM_CAPACITY, 0),
        request.query("units").integer(1, Resource.MAXIMUM_UNITS, 1),
        priced ? currency(request.query("currency")) : null,
        amount(request.query("minTotal"), 0),
        amount(request.query("maxTotal"), Long.MAX_VALUE),
        request.query("venue").textOrNull(),
        words(request.query("name")));
  }

  private static int limit(Request request) {
    return request.query("limit").integer(1, SearchRoutes.MAXIMUM_PAGE, SearchRoutes.DEFAULT_PAGE);
  }

  /** A time without an offset is on that day everywhere; one with it is at most a day away. */
  private static LocalDate firstDay(Request request, Instant start) {
    LocalDate day = LocalDate.ofInstant(start, ZoneOffset.UTC);
    return hasOffset(request.query("start").text()) ? day.minusDays(1) : day;
  }

  /** One day more: an end that the clock skips is as much later. */
  private static LocalDate lastDay(Request request, Instant end) {
    LocalDate day = LocalDate.ofInstant(end, ZoneOffset.UTC).plusDays(1);
    return hasOffset(request.query("end").text()) ? day.plusDays(1) : day;
  }

  /** A time without an offset is on the clock of each venue; one that it skips is as much later. */
  private static SpaceSearch.Time time(
      Request request, ZoneId zone, Instant startInUtc, Instant endInUtc) {
    return new SpaceSearch.Time(
        onClock(request.query("start").text(), zone, startInUtc),
        onClock(request.query("end").text(), zone, endInUtc));
  }

  private static Instant onClock(String text, ZoneId zone, Instant inUtc) {
    return hasOffset(text)
        ? inUtc
        : LocalDateTime.ofInstant(inUtc, ZoneOffset.UTC).atZone(zone).toInstant();
  }

  private static boolean hasOffset(String text) {
    return OFFSET.matcher(text).find();
  }

  private static List<String> words(Parameter name) {
    @Nullable String text = name.textOrNull();
    if (text == null) {
      return List.of();
    }
    if (text.length() > SearchRoutes.MAXIMUM_NAME_LENGTH) {
      throw refused(
          "name", "must have at most " + SearchRoutes.MAXIMUM_NAME_LENGTH + " characters");
    }
    // Also the space of a Japanese keyboard.
    return Arrays.stream(text.split("[\\s\\u3000]+", -1)).filter(word -> !word.isEmpty()).toList();
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
}
