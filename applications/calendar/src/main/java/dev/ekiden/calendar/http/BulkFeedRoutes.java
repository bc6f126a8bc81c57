package dev.ekiden.calendar.http;

import dev.ekiden.calendar.bulk.BulkFeeds;
import dev.ekiden.calendar.store.BulkFeedTable.BulkFeed;
import dev.ekiden.calendar.store.BulkFeedTable.Published;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Availability of all plans as one file. */
final class BulkFeedRoutes {

  private static final String LATEST = "latest";

  private final BulkFeeds feeds;

  BulkFeedRoutes(BulkFeeds feeds) {
    this.feeds = feeds;
  }

  void addTo(Routes routes) {
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
