package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineException;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.engine.Schedule;
import dev.ekiden.engine.Timing;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobRoutes.EnqueuedView;
import dev.ekiden.server.api.JobView.Items;
import dev.ekiden.server.http.Problems;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Routes of schedules. */
public final class ScheduleRoutes {
  /** How many firings ahead are shown. */
  public static final int NEXT_FIRINGS = 5;

  private final Engine engine;

  public ScheduleRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/schedules", this::list);
    routes.get("/api/v1/schedules/{schedule}", this::get);
    routes.put("/api/v1/schedules/{schedule}", this::put);
    routes.delete("/api/v1/schedules/{schedule}", this::remove);
    routes.post("/api/v1/schedules/{schedule}/pause", this::pause);
    routes.post("/api/v1/schedules/{schedule}/resume", this::resume);
    routes.post("/api/v1/schedules/{schedule}/run", this::run);
  }

  private record ScheduleContent(
      @Required String definition,
      @Nullable JsonNode payload,
      @Nullable Integer priority,
      @Nullable String cron,
      @Nullable BigDecimal everySeconds,
      @Nullable Instant at,
      @Nullable String zone) {

    JobRequest request() {
      JobRequest request = JobRequest.of(definition, payload);
      return priority == null ? request : request.withPriority(priority);
    }

    Timing timing() {
      if (Stream.of(cron, everySeconds, at).filter(Objects::nonNull).count() != 1) {
        throw ProblemException.of(
            422, "invalid-body", "give exactly one of cron, everySeconds and at");
      }
      if (cron != null) {
        return new Timing.Cron(cron);
      }
      if (everySeconds != null) {
        return new Timing.Rate(Seconds.duration("everySeconds", everySeconds));
      }
      return new Timing.Once(Objects.requireNonNull(at));
    }

    ZoneId zoneId() {
      return zone == null ? ZoneOffset.UTC : Schedule.zone(zone);
    }
  }

  private record ScheduleView(
      String name,
      String definition,
      @JsonRawValue String payload,
      @Nullable String cron,
      @Nullable Double everySeconds,
      @Nullable Instant at,
      String zone,
      boolean paused,
      @Nullable Instant pausedAt,
      @Nullable Instant nextAt,
      @Nullable Instant lastAt,
      @Nullable String lastJob,
      long skipped,
      long missed,
      List<Instant> nextFirings) {

    static ScheduleView of(Schedule schedule, List<Instant> nextFirings) {
      String cron = null;
      Double everySeconds = null;
      Instant at = null;
      switch (schedule.timing()) {
        case Timing.Cron timing -> cron = timing.expression();
        case Timing.Rate timing -> everySeconds = Seconds.of(timing.period());
        case Timing.Once timing -> at = timing.time();
      }
      return new ScheduleView(
          schedule.name(),
          schedule.definition(),
          schedule.payload(),
          cron,
          everySeconds,
          at,
          schedule.zone().getId(),
          schedule.isPaused(),
          schedule.pausedAt(),
          schedule.nextAt(),
          schedule.lastAt(),
          JobView.id(schedule.lastJob()),
          schedule.skipped(),
          schedule.missed(),
          nextFirings);
    }
  }

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(
            engine.schedules().list().stream()
                .map(schedule -> ScheduleView.of(schedule, List.of()))
                .toList()));
  }

  private Response get(Request request) {
    request.allowQuery();
    return Response.json(view(request.path("schedule").text()));
  }

  private Response put(Request request) {
    request.allowQuery();
    String name = request.path("schedule").text();
    ScheduleContent content = request.json(ScheduleContent.class);
    try {
      engine.schedules().put(name, content.request(), content.timing(), content.zoneId());
    } catch (NotFoundException e) {
      // The path need not exist; it is the body that names what does not.
      throw new ProblemException(Problems.of(422, e).withField(field(e.code())), e);
    } catch (EngineException e) {
      throw new ProblemException(Problems.of(e, "").withField(field(e.code())), e);
    }
    return Response.json(view(name));
  }

  private Response remove(Request request) {
    request.allowQuery();
    String name = request.path("schedule").text();
    if (!engine.schedules().remove(name)) {
      throw new NotFoundException(
          ErrorCode.UNKNOWN_SCHEDULE, "there is no schedule '" + name + "'");
    }
    return Response.noContent();
  }

  private Response pause(Request request) {
    request.allowQuery();
    String name = request.path("schedule").text();
    engine.schedules().pause(name);
    return Response.json(view(name));
  }

  private Response resume(Request request) {
    request.allowQuery();
    String name = request.path("schedule").text();
    engine.schedules().resume(name);
    return Response.json(view(name));
  }

  private Response run(Request request) {
    request.allowQuery();
    Enqueued enqueued = engine.schedules().runNow(request.path("schedule").text());
    EnqueuedView view = EnqueuedView.of(enqueued);
    return Response.created("/api/v1/jobs/" + view.id(), view);
  }

  private ScheduleView view(String name) {
    Schedule schedule = engine.schedules().get(name);
    List<Instant> next =
        schedule.isPaused() ? List.of() : engine.schedules().nextFirings(name, NEXT_FIRINGS);
    return ScheduleView.of(schedule, next);
  }

  private static @Nullable String field(ErrorCode code) {
    return switch (code) {
      case UNKNOWN_DEFINITION -> "definition";
      case INVALID_PAYLOAD, PAYLOAD_TOO_LARGE -> "payload";
      case INVALID_PRIORITY -> "priority";
      case INVALID_ZONE -> "zone";
      case INVALID_CRON, CRON_NEVER_FIRES -> "cron";
      case INVALID_RATE -> "everySeconds";
      case INVALID_TIME -> "at";
      // A bad name may be that of the path.
      case INVALID_NAME,
          UNKNOWN_QUEUE,
          UNKNOWN_JOB,
          UNKNOWN_SCHEDULE,
          INVALID_KEY,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_OPTION,
          TOO_MANY_JOBS,
          JOB_STATE,
          CONFLICT,
          UNKNOWN_LIMIT,
          UNKNOWN_GROUP,
          INVALID_LIMIT ->
          null;
    };
  }
}
