package dev.ekiden.calendar.http;

import dev.ekiden.calendar.bulk.AvailabilityChanges;
import dev.ekiden.calendar.bulk.AvailabilityChanges.Changes;
import dev.ekiden.calendar.bulk.AvailabilityChanges.PlanChange;
import dev.ekiden.calendar.bulk.BulkFeeds;
import dev.ekiden.calendar.store.BulkFeedTable.BulkFeed;
import dev.ekiden.calendar.store.BulkFeedTable.Published;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Availability of all plans as one file, and what has changed since. */
final class BulkFeedRoutes {

  private static final String LATEST = "latest";

  private final BulkFeeds feeds;
  private final AvailabilityChanges changes;
  private final InstantSource clock;

  BulkFeedRoutes(Services services) {
    this.feeds = new BulkFeeds(services);
    this.changes = new AvailabilityChanges(services.database());
    this.clock = services.clock();
  }

  void addTo(Routes routes) {
    routes.get("/changes", this::changes);
    routes.get("/bulk-feeds", this::list);
    routes.post("/bulk-feeds", this::begin);
    routes.get("/bulk-feeds/{id}", request -> Response.json(Manifest.of(find(request))));
    routes.get("/bulk-feeds/{id}/content", this::content);
  }

  private record NewFeed(@Nullable Integer days) {}

  private record Manifest(
      String id,
      boolean complete,
      LocalDate from,
      LocalDate to,
      Instant createdAt,
      int plans,
      long lines,
      String changes,
      @Nullable Instant publishedAt,
      @Nullable Long bytes,
      @Nullable String sha256) {
    static Manifest of(BulkFeed feed) {
      @Nullable Published published = feed.published().orElse(null);
      return new Manifest(
          Long.toString(feed.id()),
          published != null,
          feed.from(),
          feed.to(),
          feed.createdAt().truncatedTo(ChronoUnit.MILLIS),
          feed.plans(),
          feed.lines(),
          Long.toString(feed.changeCursor()),
          published == null ? null : published.at().truncatedTo(ChronoUnit.MILLIS),
          published == null ? null : published.bytes(),
          published == null ? null : HexFormat.of().formatHex(published.sha256()));
    }
  }

  private record Manifests(List<Manifest> items) {}

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(new Manifests(feeds.list().stream().map(Manifest::of).toList()));
  }

  private Response begin(Request request) {
    request.allowQuery();
    @Nullable Integer days = request.json(NewFeed.class).days();
    BulkFeed feed = feeds.begin(days == null ? BulkFeeds.MAXIMUM_DAYS : days);
    return Response.json(202, Manifest.of(feed))
        .withHeader("Location", "/calendar/bulk-feeds/" + feed.id());
  }

  private record ChangesView(List<PlanChange> items, String next, boolean more) {}

  private Response changes(Request request) {
    request.allowQuery("after", "days", "limit");
    long after = request.query("after").optional(BulkFeedRoutes::cursor).orElse(0L);
    int days = request.query("days").integer(1, BulkFeeds.MAXIMUM_DAYS, BulkFeeds.MAXIMUM_DAYS);
    int limit =
        request
            .query("limit")
            .integer(1, AvailabilityChanges.MAXIMUM_PLANS, AvailabilityChanges.MAXIMUM_PLANS);
    Instant now = clock.instant();
    LocalDate from = LocalDate.ofInstant(now, ZoneOffset.UTC);
    Changes page = changes.after(after, from, from.plusDays(days - 1L), limit, now);
    return Response.json(new ChangesView(page.items(), Long.toString(page.next()), page.more()));
  }

  private static long cursor(Parameter parameter) {
    return "0".equals(parameter.value()) ? 0 : parameter.id();
  }

  private Response content(Request request) {
    BulkFeed feed = find(request);
    Published published =
        feed.published()
            .orElseThrow(() ->
                ProblemException.of(
                    409, "not-complete", "the file %d is still being made".formatted(feed.id())));
    String sha256 = HexFormat.of().formatHex(published.sha256());
    return Response.streamed("application/gzip", out -> feeds.write(feed.id(), out))
        .withHeader("ETag", "\"" + sha256 + "\"")
        .withHeader(
            "Content-Disposition",
            "attachment; filename=\"availability-%d.ndjson.gz\"".formatted(feed.id()));
  }

  private BulkFeed find(Request request) {
    request.allowQuery();
    String id = request.path("id").text();
    return (id.equals(LATEST) ? feeds.latest() : feeds.find(request.path("id").id()))
        .orElseThrow(() -> Refusal.unknown("bulk-feed", id));
  }
}
