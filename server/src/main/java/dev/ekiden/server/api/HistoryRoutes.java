package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.History.Piece;
import dev.ekiden.engine.HistoryPoint;
import dev.ekiden.engine.HistoryPoint.Standing;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The route of history: what charts show. */
public final class HistoryRoutes {
  /** How much is answered unless a client says otherwise. */
  public static final Duration DEFAULT_SPAN = Duration.ofHours(1);

  private final Engine engine;

  public HistoryRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/history", this::history);
  }

  private record PieceView(Instant from, Instant to, long stepSeconds, List<QueueView> items) {}

  private record QueueView(String queue, List<PointView> points) {}

  /** One point as the API shows it. */
  record PointView(
      Instant at,
      long enqueued,
      long succeeded,
      long failed,
      long retried,
      @Nullable Long ready,
      @Nullable Long scheduled,
      @Nullable Long blocked,
      @Nullable Long running,
      @Nullable Double oldestReadySeconds) {

    static PointView of(HistoryPoint point) {
      Standing depth = point.depth();
      Duration oldest = depth == null ? null : depth.oldestReady();
      return new PointView(
          point.at(),
          point.enqueued(),
          point.succeeded(),
          point.failed(),
          point.retried(),
          depth == null ? null : Long.valueOf(depth.ready()),
          depth == null ? null : Long.valueOf(depth.scheduled()),
          depth == null ? null : Long.valueOf(depth.blocked()),
          depth == null ? null : Long.valueOf(depth.running()),
          oldest == null ? null : Seconds.of(oldest));
    }
  }

  private Response history(Request request) {
    request.allowQuery("from", "to", "queue");
    Instant to =
        request.query("to").optional(Parameter::instant).orElseGet(() -> engine.clock().now());
    Instant from =
        request.query("from").optional(Parameter::instant).orElseGet(() -> to.minus(DEFAULT_SPAN));
    Piece piece = engine.history().read(from, to, request.query("queue").textOrNull());
    return Response.json(
        new PieceView(
            piece.from(),
            piece.to(),
            piece.step().toSeconds(),
            piece.queues().entrySet().stream()
                .map(entry ->
                    new QueueView(
                        entry.getKey(), entry.getValue().stream().map(PointView::of).toList()))
                .toList()));
  }
}
