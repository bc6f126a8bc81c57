package dev.ekiden.calendar.http;

import dev.ekiden.calendar.files.ImportProblem;
import dev.ekiden.calendar.ics.BlockSync;
import dev.ekiden.calendar.ics.FeedToken;
import dev.ekiden.calendar.ics.Feeds;
import dev.ekiden.calendar.ics.IcsContent;
import dev.ekiden.calendar.ics.IcsLimits;
import dev.ekiden.calendar.ics.IcsReader;
import dev.ekiden.calendar.ics.MalformedIcsException;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.BlockTable;
import dev.ekiden.calendar.store.BlockTable.Target;
import dev.ekiden.calendar.store.FeedTable.Feed;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** iCalendar: what other calendars block, and feeds that others read. */
final class IcsRoutes {

  private static final String CONTENT_TYPE = "text/calendar; charset=utf-8";
  private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME;

  private final Services services;
  private final Database database;
  private final BlockSync sync;
  private final Feeds feeds = new Feeds();

  IcsRoutes(Services services, CalendarRefresh refresh) {
    this.services = services;
    this.database = services.database();
    this.sync = new BlockSync(new TruthWriter(refresh.refreshes()));
  }

  void addControl(Routes routes) {
    routes.get("/spaces/{space}/blocks", request -> list(request, Target.SPACE));
    routes.put("/spaces/{space}/blocks/{source}", request -> put(request, Target.SPACE));
    routes.delete("/spaces/{space}/blocks/{source}", request -> delete(request, Target.SPACE));
    routes.get("/resources/{resource}/blocks", request -> list(request, Target.RESOURCE));
    routes.put("/resources/{resource}/blocks/{source}", request -> put(request, Target.RESOURCE));
    routes.delete(
        "/resources/{resource}/blocks/{source}", request -> delete(request, Target.RESOURCE));
    routes.get("/spaces/{space}/feeds", this::listFeeds);
    routes.post("/spaces/{space}/feeds", this::createFeed);
    routes.delete("/spaces/{space}/feeds/{feed}", this::revokeFeed);
  }

  void addBoth(Routes routes) {
    routes.get("/feeds/{token}/busy.ics", request -> read(request, Feeds.Form.EVENTS));
    routes.get("/feeds/{token}/freebusy.ics", request -> read(request, Feeds.Form.FREE_BUSY));
    routes.get(
        "/feeds/{token}/availability.ics", request -> read(request, Feeds.Form.AVAILABILITY));
  }

  // ---- in ----

  private record ProblemView(long line, String property, String value, String reason) {
    static ProblemView of(ImportProblem problem) {
      return new ProblemView(problem.line(), problem.column(), problem.value(), problem.reason());
    }
  }

  private record ReportView(
      String source,
      int read,
      int added,
      int changed,
      int removed,
      int unchanged,
      int refused,
      int blocks,
      Instant through,
      int affectedPlans,
      List<ProblemView> problems,
      int omittedProblems) {
    static ReportView of(String source, BlockSync.Report report) {
      int listed = Math.min(FileRoutes.LISTED_PROBLEMS, report.problems().size());
      return new ReportView(
          source,
          report.read(),
          report.added(),
          report.changed(),
          report.removed(),
          report.unchanged(),
          report.refused(),
          report.blocks(),
          report.through(),
          report.affectedPlans(),
          report.problems().subList(0, listed).stream().map(ProblemView::of).toList(),
          report.problems().size() - listed);
    }
  }

  private record SourceView(
      String source, @Nullable String resource, Instant importedAt, Instant through, long blocks) {
    static SourceView of(BlockTable.Source source) {
      return new SourceView(
          source.name(),
          source.resource().orElse(null),
          source.importedAt().truncatedTo(ChronoUnit.MILLIS),
          source.through(),
          source.blocks());
    }
  }

  private record Sources(List<SourceView> items) {}

  private record Changed(long affectedPlans) {}

  private Response put(Request request, Target target) throws IOException {
    request.allowQuery();
    String source = request.path("source").text();
    byte[] body;
    try (InputStream in = request.calendar(IcsLimits.MAXIMUM_BYTES)) {
      body = in.readAllBytes();
    }
    Instant now = services.clock().instant();
    Instant from = now.truncatedTo(ChronoUnit.DAYS);
    Instant through = from.plus(IcsLimits.HORIZON);
    ZoneId zone = database.withHandle(handle -> zone(handle, target, id(handle, request, target)));
    IcsContent content = read(source, body, zone, from, through);
    BlockSync.Report report =
        database.inTransaction(handle ->
            sync.put(handle, target, id(handle, request, target), source, content, now, through));
    return Response.json(ReportView.of(source, report));
  }

  private static IcsContent read(
      String source, byte[] body, ZoneId zone, Instant from, Instant through) {
    try {
      return IcsReader.read(source, body, zone, from, through);
    } catch (MalformedIcsException e) {
      throw ProblemException.of(422, "malformed-calendar", String.valueOf(e.getMessage()));
    }
  }

  private Response list(Request request, Target target) {
    request.allowQuery();
    return Response.json(
        new Sources(
            database.withHandle(handle ->
                BlockTable.sources(handle, target, id(handle, request, target)).stream()
                    .map(SourceView::of)
                    .toList())));
  }

  private Response delete(Request request, Target target) {
    request.allowQuery();
    String source = request.path("source").text();
    OptionalLong affected =
        database.inTransaction(
            handle -> sync.remove(handle, target, id(handle, request, target), source));
    return Response.json(
        new Changed(affected.orElseThrow(() -> Refusal.unknown("source", source))));
  }

  private static long id(Handle handle, Request request, Target target) {
    return switch (target) {
      case SPACE -> spaceId(handle, request);
      case RESOURCE -> {
        String code = request.path("resource").text();
        yield BlockTable.resourceId(handle, code)
            .orElseThrow(() -> Refusal.unknown("resource", code));
      }
    };
  }

  private static long spaceId(Handle handle, Request request) {
    String code = request.path("space").text();
    @Nullable Long id = TruthTables.SPACES.ids(handle, List.of(code)).get(code);
    if (id == null) {
      throw Refusal.unknown("space", code);
    }
    return id;
  }

  /** A resource is where the first of its spaces is. */
  private static ZoneId zone(Handle handle, Target target, long id) {
    Set<Long> spaces = BlockTable.spaces(handle, target, id);
    if (spaces.isEmpty()) {
      return ZoneOffset.UTC;
    }
    long venueId =
        TruthTables.SPACES
            .read(handle, List.of(spaces.iterator().next()))
            .values()
            .iterator()
            .next()
            .venueId();
    return TruthTables.VENUES.read(handle, List.of(venueId)).values().iterator().next().zone();
  }

  // ---- out ----

  private record NewFeed(@Required String name) {}

  private record FeedView(
      String id,
      String name,
      Instant createdAt,
      @Nullable String path,
      @Nullable String freeBusyPath,
      @Nullable String availabilityPath) {
    static FeedView of(Feed feed, @Nullable FeedToken token) {
      String path = token == null ? "" : "/calendar/feeds/" + token.secret();
      return new FeedView(
          Long.toString(feed.id()),
          feed.name(),
          feed.createdAt().truncatedTo(ChronoUnit.MILLIS),
          token == null ? null : path + "/busy.ics",
          token == null ? null : path + "/freebusy.ics",
          token == null ? null : path + "/availability.ics");
    }
  }

  private record FeedList(List<FeedView> items) {}

  private Response listFeeds(Request request) {
    request.allowQuery();
    return Response.json(
        new FeedList(
            database.withHandle(handle ->
                feeds.list(handle, spaceId(handle, request)).stream()
                    .map(feed -> FeedView.of(feed, null))
                    .toList())));
  }

  private Response createFeed(Request request) {
    request.allowQuery();
    NewFeed wanted = request.json(NewFeed.class);
    Instant now = services.clock().instant();
    Feeds.Created created =
        database.inTransaction(
            handle -> feeds.create(handle, spaceId(handle, request), wanted.name(), now));
    FeedView view = FeedView.of(created.feed(), created.token());
    return Response.created(String.valueOf(view.path()), view);
  }

  private Response revokeFeed(Request request) {
    request.allowQuery();
    long id = request.path("feed").id();
    boolean revoked =
        database.inTransaction(handle -> feeds.revoke(handle, spaceId(handle, request), id));
    if (!revoked) {
      throw Refusal.unknown("feed", Long.toString(id));
    }
    return Response.noContent();
  }

  private Response read(Request request, Feeds.Form form) {
    request.allowQuery();
    Instant now = services.clock().instant();
    Feeds.Content content =
        FeedToken.parse(request.path("token").text())
            .flatMap(
                token -> database.inTransaction(handle -> feeds.read(handle, token, form, now)))
            .orElseThrow(IcsRoutes::unknownFeed);
    Map<String, String> headers =
        Map.of(
            "ETag", content.tag(),
            "Last-Modified", HTTP_DATE.format(content.changedAt().atOffset(ZoneOffset.UTC)),
            // Kept by whoever asked, but asked about each time.
            "Cache-Control", "private, no-cache");
    if (isKnown(request, content)) {
      return new Response(304, headers, new Response.Body.None());
    }
    Response response =
        Response.bytes(200, CONTENT_TYPE, content.text().getBytes(StandardCharsets.US_ASCII));
    return new Response(200, headers, response.body());
  }

  private static boolean isKnown(Request request, Feeds.Content content) {
    if (request.header("If-None-Match").isPresent()) {
      return EntityTag.isKnown(request, content.tag());
    }
    return request
        .header("If-Modified-Since")
        .flatMap(IcsRoutes::httpDate)
        .map(since -> !content.changedAt().isAfter(since))
        .orElse(false);
  }

  /** A date that cannot be read counts as none, as RFC 9110 wants it. */
  private static Optional<Instant> httpDate(String text) {
    try {
      return Optional.of(ZonedDateTime.parse(text, HTTP_DATE).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static ProblemException unknownFeed() {
    return ProblemException.of(404, "unknown-feed", "no feed has this address; it may be revoked");
  }
}
