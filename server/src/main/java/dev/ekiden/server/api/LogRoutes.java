package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.LogLevel;
import dev.ekiden.engine.LogPage;
import dev.ekiden.engine.LogQuery;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes of logs: page by page, and as a file. */
public final class LogRoutes {
  private final Engine engine;

  public LogRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/jobs/{id}/logs", this::page);
    routes.get("/api/v1/jobs/{id}/logs.txt", this::file);
  }

  /** From which end lines are listed. */
  private enum LogOrder {
    OLDEST,
    NEWEST
  }

  private record LineView(long number, int attempt, Instant time, String level, String text) {
    static LineView of(LogPage.Line line) {
      return new LineView(
          line.number(),
          line.line().attempt(),
          line.line().time(),
          line.level().lower(),
          line.line().text());
    }
  }

  private record LogView(
      List<LineView> items,
      long matched,
      long total,
      @Nullable Long nextOffset,
      @Nullable Long continueFrom) {}

  private Response page(Request request) {
    request.allowQuery("attempt", "q", "level", "order", "from", "offset", "limit");
    LogQuery query =
        conditions(request)
            .withOffset(request.query("offset").integer(0, Integer.MAX_VALUE, 0))
            .withLimit(request.query("limit").integer(1, LogQuery.MAX_LINES, LogQuery.MAX_LINES));
    if (request.query("order").constant(LogOrder.class, LogOrder.OLDEST) == LogOrder.NEWEST) {
      query = query.withNewestFirst();
    }
    if (request.query("from").isPresent()) {
      query = query.withFrom(request.query("from").id());
    }
    LogPage page = engine.jobs().logs(request.path("id").id(), query);
    long next = query.offset() + page.lines().size();
    return Response.json(
        new LogView(
            page.lines().stream().map(LineView::of).toList(),
            page.matched(),
            page.total(),
            next < page.matched() ? next : null,
            page.continueFrom()));
  }

  /** What the page and the file have in common. */
  private static LogQuery conditions(Request request) {
    LogQuery query = LogQuery.FIRST;
    if (request.query("attempt").isPresent()) {
      query = query.withAttempt(request.query("attempt").integer(1, Integer.MAX_VALUE));
    }
    if (request.query("level").isPresent()) {
      query = query.withAtLeast(request.query("level").constant(LogLevel.class, LogLevel.INFO));
    }
    String text = request.query("q").textOrNull();
    return text == null ? query : query.withContaining(text);
  }

  private Response file(Request request) {
    request.allowQuery("attempt", "q", "level");
    long id = request.path("id").id();
    LogQuery query = conditions(request);
    LogPage first = engine.jobs().logs(id, query);
    return Response.streamed("text/plain; charset=utf-8", out -> write(id, query, first, out))
        .withHeader("Content-Disposition", "attachment; filename=\"job-%d.log\"".formatted(id));
  }

  private void write(long id, LogQuery query, LogPage first, OutputStream out) throws IOException {
    LogPage page = first;
    write(page, out);
    for (Long next = page.next(query); next != null; next = page.next(query)) {
      page = engine.jobs().logs(id, query.withFrom(next));
      write(page, out);
    }
  }

  private static void write(LogPage page, OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LogPage.Line line : page.lines()) {
      text.append(line.line().time())
          .append(' ')
          .append(line.line().attempt())
          .append(' ')
          .append(line.line().text())
          .append('\n');
    }
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
