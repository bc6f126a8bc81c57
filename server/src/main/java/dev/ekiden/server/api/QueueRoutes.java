package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ekiden.engine.Depth;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.Explanation;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.engine.Page;
import dev.ekiden.engine.QueueHead;
import dev.ekiden.engine.QueueSummary;
import dev.ekiden.engine.Queues;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes of queues. */
public final class QueueRoutes {
  /** Longest reason of a pause. */
  public static final int MAX_REASON_LENGTH = 500;

  /** How far a dry run counts. */
  public static final int MAX_COUNTED = 1_000;

  /** Depths in an answer unless it is said otherwise. */
  public static final int DEFAULT_DEPTHS = 100;

  private final Engine engine;

  public QueueRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/queues", this::list);
    routes.get("/api/v1/queues/{queue}", this::get);
    routes.get("/api/v1/queues/{queue}/depth", this::depth);
    routes.get("/api/v1/queues/{queue}/head", this::head);
    routes.post("/api/v1/queues/{queue}/pause", this::pause);
    routes.post("/api/v1/queues/{queue}/resume", this::resume);
    routes.post("/api/v1/queues/{queue}/redrive", this::redrive);
    routes.post("/api/v1/queues/{queue}/release-key", this::releaseKey);
  }

  /** A queue as the API shows it. */
  record QueueView(
      String name,
      boolean paused,
      @Nullable Instant pausedAt,
      @Nullable String pausedReason,
      long ready,
      long scheduled,
      long blocked,
      long running,
      @Nullable Double oldestReadySeconds) {

    static QueueView of(QueueSummary queue) {
      Duration oldest = queue.oldestReady();
      return new QueueView(
          queue.name(),
          queue.isPaused(),
          queue.pausedAt(),
          queue.pausedReason(),
          queue.ready(),
          queue.scheduled(),
          queue.blocked(),
          queue.running(),
          oldest == null ? null : Seconds.of(oldest));
    }
  }

  private record Pause(@Nullable String reason) {}

  private record Redrive(String queue, long jobs, boolean dryRun, boolean more) {}

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(Items.of(engine.queues().list().stream().map(QueueView::of).toList()));
  }

  private Response get(Request request) {
    request.allowQuery();
    return Response.json(view(request.path("queue").text()));
  }

  private record DepthView(
      @Nullable String definition,
      @Nullable String group,
      long ready,
      long scheduled,
      long blocked,
      long running,
      @Nullable Double oldestReadySeconds) {

    static DepthView of(Depth depth) {
      Duration oldest = depth.oldestReady();
      return new DepthView(
          depth.definition(),
          depth.group(),
          depth.ready(),
          depth.scheduled(),
          depth.blocked(),
          depth.running(),
          oldest == null ? null : Seconds.of(oldest));
    }
  }

  private Response depth(Request request) {
    request.allowQuery("by", "only", "limit");
    String queue = request.path("queue").text();
    Depth.By by = request.query("by").constant(Depth.By.class, Depth.By.DEFINITION);
    int limit = request.query("limit").integer(1, Queues.MAX_DEPTHS, DEFAULT_DEPTHS);
    String only = request.query("only").textOrNull();
    List<Depth> depths =
        only == null
            ? engine.queues().depth(queue, by, limit)
            : List.of(
                switch (by) {
                  case DEFINITION -> engine.queues().depthOfDefinition(queue, only);
                  case GROUP -> engine.queues().depthOfGroup(queue, only);
                });
    return Response.json(Items.of(depths.stream().map(DepthView::of).toList()));
  }

  private record WaitingView(
      int position, @JsonUnwrapped JobView.Summary summary, List<Explanation.Reason> reasons) {}

  private record HeadView(String queue, List<WaitingView> items, boolean more) {}

  private Response head(Request request) {
    request.allowQuery("limit");
    String queue = request.path("queue").text();
    QueueHead head =
        engine
            .queues()
            .head(queue, request.query("limit").integer(1, QueueHead.MAX_JOBS, QueueHead.MAX_JOBS));
    List<WaitingView> items = new ArrayList<>();
    for (QueueHead.Waiting waiting : head.jobs()) {
      items.add(
          new WaitingView(items.size() + 1, JobView.Summary.of(waiting.job()), waiting.reasons()));
    }
    return Response.json(new HeadView(queue, items, head.more()));
  }

  private Response pause(Request request) {
    request.allowQuery();
    String queue = existing(request.path("queue").text());
    engine.queues().pause(queue, reason(request));
    return Response.json(view(queue));
  }

  private Response resume(Request request) {
    request.allowQuery();
    String queue = existing(request.path("queue").text());
    engine.queues().resume(queue);
    return Response.json(view(queue));
  }

  private Response redrive(Request request) {
    request.allowQuery("dryRun");
    String queue = existing(request.path("queue").text());
    if (request.query("dryRun").flag()) {
      Page<Job> failed =
          engine
              .jobs()
              .list(JobFilter.ALL.withQueue(queue).withStates(JobState.FAILED), null, MAX_COUNTED);
      return Response.json(new Redrive(queue, failed.items().size(), true, failed.next() != null));
    }
    return Response.json(new Redrive(queue, engine.jobs().redrive(queue), false, false));
  }

  private record KeyContent(@Required String key) {}

  private record Released(String queue, String key, boolean released) {}

  private Response releaseKey(Request request) {
    request.allowQuery();
    String queue = existing(request.path("queue").text());
    String key = request.json(KeyContent.class).key();
    return Response.json(new Released(queue, key, engine.queues().releaseKey(queue, key)));
  }

  private static @Nullable String reason(Request request) {
    byte[] body = request.jsonBytes(Request.MAX_JSON_BYTES);
    if (body.length == 0) {
      return null;
    }
    String reason = Bodies.read(body, Pause.class).reason();
    if (reason != null && reason.length() > MAX_REASON_LENGTH) {
      throw new ProblemException(
          Problem.of(
                  422,
                  "invalid-field",
                  "field 'reason' must have at most %d characters, not %d"
                      .formatted(MAX_REASON_LENGTH, reason.length()))
              .withField("reason"));
    }
    return reason;
  }

  private QueueView view(String name) {
    return QueueView.of(find(name));
  }

  private String existing(String name) {
    return find(name).name();
  }

  private QueueSummary find(String name) {
    return engine
        .queues()
        .find(name)
        .orElseThrow(() ->
            new NotFoundException(ErrorCode.UNKNOWN_QUEUE, "there is no queue '" + name + "'"));
  }
}
