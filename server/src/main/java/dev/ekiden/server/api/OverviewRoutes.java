package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Overview;
import dev.ekiden.engine.Overview.Attention;
import dev.ekiden.engine.Overview.QueueNow;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.QueueRoutes.QueueView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The route of the overview: all queues, all workers, and what needs attention. */
public final class OverviewRoutes {
  private final Engine engine;

  public OverviewRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/overview", this::overview);
  }

  private record OverviewView(
      Instant at,
      long recentSeconds,
      List<QueueNowView> queues,
      WorkersView workers,
      List<AttentionView> attention) {}

  private record QueueNowView(
      @JsonUnwrapped QueueView queue, long enqueued, long succeeded, long failed, long retried) {
    static QueueNowView of(QueueNow now) {
      return new QueueNowView(
          QueueView.of(now.queue()), now.enqueued(), now.succeeded(), now.failed(), now.retried());
    }
  }

  private record WorkersView(int workers, long places, long running) {
    static WorkersView of(List<WorkerSummary> workers) {
      return new WorkersView(
          workers.size(),
          workers.stream().mapToLong(WorkerSummary::concurrency).sum(),
          workers.stream().mapToLong(WorkerSummary::running).sum());
    }
  }

  private record AttentionView(String kind, String subject, String name, String text) {
    static AttentionView of(Attention attention) {
      return new AttentionView(
          wire(attention.kind()), wire(attention.subject()), attention.name(), attention.text());
    }

    private static String wire(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private Response overview(Request request) {
    request.allowQuery();
    Overview overview = engine.overview();
    return Response.json(
        new OverviewView(
            overview.at(),
            Overview.RECENT.toSeconds(),
            overview.queues().stream().map(QueueNowView::of).toList(),
            WorkersView.of(overview.workers()),
            overview.attention().stream().map(AttentionView::of).toList()));
  }
}
