package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineException;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.InvalidRequestException;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.engine.Schedule;
import dev.ekiden.engine.ScheduleFiring;
import dev.ekiden.engine.SchedulePolicy;
import dev.ekiden.engine.SchedulePolicy.BusinessDays;
import dev.ekiden.engine.SchedulePolicy.DayRule;
import dev.ekiden.engine.SchedulePolicy.Missed;
import dev.ekiden.engine.SchedulePolicy.Overlap;
import dev.ekiden.engine.Schedules;
import dev.ekiden.engine.Timing;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobRoutes.EnqueuedView;
import dev.ekiden.server.api.JobView.Items;
import dev.ekiden.server.http.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Routes of schedules. */
public final class ScheduleRoutes {
  /** How many firings ahead are shown. */
  public static final int NEXT_FIRINGS = 5;

  /** Most firings ahead that can be asked for. */
  public static final int MAX_NEXT_FIRINGS = 100;

  private static final int DEFAULT_HISTORY = 20;

  private final Engine engine;
  private final Commands commands;

  public ScheduleRoutes(Engine engine, Commands commands) {
    this.engine = engine;
    this.commands = commands;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/schedules", this::list);
    routes.get("/api/v1/schedules/{schedule}", this::get);
    routes.get("/api/v1/schedules/{schedule}/firings", this::firings);
    routes.put("/api/v1/schedules/{schedule}", this::put);
    routes.delete("/api/v1/schedules/{schedule}", this::remove);
    routes.post("/api/v1/schedules/{schedule}/pause", this::pause);
    routes.post("/api/v1/schedules/{schedule}/resume", this::resume);
    routes.post("/api/v1/schedules/{schedule}/run", this::run);
  }

  private record ScheduleContent(
      @Required String definition,
      @Nullable JsonNode payload,
      @Nullable Map<String, String> parameters,
      @Nullable Integer priority,
      @Nullable String cron,
      @Nullable BigDecimal everySeconds,
      @Nullable Instant at,
      @Nullable String zone,
      @Nullable String missedPolicy,
      @Nullable Integer catchUp,
      @Nullable String overlap,
      @Nullable BigDecimal startBeforeSeconds,
      @Nullable String calendar,
      @Nullable String dayRule) {

    SchedulePolicy policy() {
      SchedulePolicy policy = SchedulePolicy.DEFAULT;
      policy =
          set(
              "overlap",
              policy,
              overlap,
              (p, v) -> p.withOverlap(constant(Overlap.class, "overlap", v)));
      policy =
          set(
              "missedPolicy",
              policy,
              missedPolicy,
              (p, v) -> p.withMissed(constant(Missed.class, "missedPolicy", v)));
      policy = set("catchUp", policy, catchUp, SchedulePolicy::withCatchUp);
      policy =
          set(
              "startBeforeSeconds",
              policy,
              startBeforeSeconds,
              (p, v) -> p.withStartBefore(Seconds.duration("startBeforeSeconds", v)));
      if (dayRule != null && calendar == null) {
        throw invalid("dayRule", "dayRule says what to do about the days off of a calendar");
      }
      DayRule rule = dayRule == null ? DayRule.SKIP : constant(DayRule.class, "dayRule", dayRule);
      return set("calendar", policy, calendar, (p, v) -> p.onBusinessDays(v, rule));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String field, String text) {
      for (E constant : type.getEnumConstants()) {
        if (wire(constant).equals(text)) {
          return constant;
        }
      }
      String allowed =
          Stream.of(type.getEnumConstants())
              .map(ScheduleRoutes::wire)
              .collect(Collectors.joining(", "));
      throw invalid(field, "%s must be one of %s, not '%s'".formatted(field, allowed, text));
    }

    private static <T> SchedulePolicy set(
        String field,
        SchedulePolicy policy,
        @Nullable T value,
        BiFunction<SchedulePolicy, T, SchedulePolicy> change) {
      try {
        return value == null ? policy : change.apply(policy, value);
      } catch (InvalidRequestException e) {
        throw new ProblemException(Problems.of(e, "").withField(field), e);
      }
    }

    private static ProblemException invalid(String field, String detail) {
      return new ProblemException(Problem.of(422, "invalid-field", detail).withField(field));
    }

    /** The payload, or the parameters as one. */
    @Nullable JsonNode checkedPayload(Engine engine, Commands commands) {
      if (parameters == null) {
        Payloads.check(engine, definition, payload, "payload");
        commands.check(definition, payload, "payload");
        return payload;
      }
      if (payload != null && !payload.isNull()) {
        throw invalid("parameters", "give payload or parameters, not both");
      }
      return commands.payload(definition, parameters, "parameters");
    }

    JobRequest request(@Nullable JsonNode checked) {
      JobRequest request = JobRequest.of(definition, checked);
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
      String missedPolicy,
      int catchUp,
      String overlap,
      @Nullable Double startBeforeSeconds,
      @Nullable String calendar,
      @Nullable String dayRule,
      boolean paused,
      @Nullable Instant pausedAt,
      @Nullable Instant nextAt,
      @Nullable Instant lastAt,
      @Nullable String lastJob,
      long skipped,
      long missed,
      long waiting,
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
      SchedulePolicy policy = schedule.policy();
      Duration startBefore = policy.startBefore();
      BusinessDays days = policy.businessDays();
      return new ScheduleView(
          schedule.name(),
          schedule.definition(),
          schedule.payload(),
          cron,
          everySeconds,
          at,
          schedule.zone().getId(),
          wire(policy.missed()),
          policy.catchUp(),
          wire(policy.overlap()),
          startBefore == null ? null : Seconds.of(startBefore),
          days == null ? null : days.calendar(),
          days == null ? null : wire(days.rule()),
          schedule.isPaused(),
          schedule.pausedAt(),
          schedule.nextAt(),
          schedule.lastAt(),
          JobView.id(schedule.lastJob()),
          schedule.skipped(),
          schedule.missed(),
          schedule.waiting(),
          nextFirings);
    }
  }

  private record FiringView(
      String outcome,
      @Nullable String reason,
      @Nullable String detail,
      Instant firstDue,
      Instant lastDue,
      long firings,
      Instant decidedAt,
      @Nullable String job) {

    static FiringView of(ScheduleFiring firing) {
      ScheduleFiring.Reason reason = firing.reason();
      return new FiringView(
          wire(firing.outcome()),
          reason == null ? null : wire(reason),
          firing.detail(),
          firing.firstDue(),
          firing.lastDue(),
          firing.firings(),
          firing.decidedAt(),
          JobView.id(firing.job()));
    }
  }

  private static String wire(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    request.allowQuery("next");
    return Response.json(
        view(
            request.path("schedule").text(),
            request.query("next").integer(0, MAX_NEXT_FIRINGS, NEXT_FIRINGS)));
  }

  private Response firings(Request request) {
    request.allowQuery("limit");
    int limit = request.query("limit").integer(1, Schedules.MAX_HISTORY, DEFAULT_HISTORY);
    return Response.json(
        Items.of(
            engine.schedules().history(request.path("schedule").text(), limit).stream()
                .map(FiringView::of)
                .toList()));
  }

  private Response put(Request request) {
    request.allowQuery();
    String name = request.path("schedule").text();
    ScheduleContent content = request.json(ScheduleContent.class);
    JsonNode payload = content.checkedPayload(engine, commands);
    try {
      JobRequest jobs = content.request(payload);
      engine.schedules().put(name, jobs, content.timing(), content.zoneId(), content.policy());
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
    return view(name, NEXT_FIRINGS);
  }

  private ScheduleView view(String name, int firings) {
    Schedule schedule = engine.schedules().get(name);
    List<Instant> next =
        schedule.isPaused() ? List.of() : engine.schedules().nextFirings(name, firings);
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
      case UNKNOWN_BUSINESS_CALENDAR -> "calendar";
      // A bad name may be that of the path.
      case INVALID_NAME,
          UNKNOWN_QUEUE,
          UNKNOWN_JOB,
          UNKNOWN_SCHEDULE,
          INVALID_KEY,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_OPTION,
          INVALID_LIMIT,
          UNKNOWN_LIMIT,
          UNKNOWN_GROUP,
          TOO_MANY_JOBS,
          JOB_STATE,
          CONFLICT ->
          null;
    };
  }
}
