package dev.ekiden.server.api;

import dev.ekiden.engine.BulkProgress;
import dev.ekiden.engine.BulkRequest;
import dev.ekiden.engine.BulkRequest.Action;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineException;
import dev.ekiden.engine.JobChanges;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Limit.Rate;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.http.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Routes of what is done to all jobs of a filter, and of clones. */
public final class BulkRoutes {
  /** A request answers after about this time; repeated, it goes on. */
  public static final Duration LONGEST_TURN = Duration.ofSeconds(10);

  private final Engine engine;

  public BulkRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.post("/api/v1/bulk", this::run);
    routes.get("/api/v1/bulk/{id}", this::get);
    routes.post("/api/v1/jobs/{id}/clone", this::cloneOne);
  }

  /** Which jobs. */
  record FilterContent(
      @Nullable List<String> states,
      @Nullable String queue,
      @Nullable String definition,
      @Nullable String key,
      @Nullable String group,
      @Nullable Instant from,
      @Nullable Instant before,
      @Nullable String fromId,
      @Nullable String toId,
      @Nullable String parent) {

    JobFilter filter() {
      Set<JobState> wanted = EnumSet.noneOf(JobState.class);
      for (String state : states == null ? List.<String>of() : states) {
        wanted.add(constant("filter.states", JobState.class, state));
      }
      return new JobFilter(
          wanted,
          queue,
          definition,
          key,
          group,
          from,
          before,
          id("filter.fromId", fromId),
          id("filter.toId", toId),
          id("filter.parent", parent));
    }

    private static @Nullable Long id(String field, @Nullable String text) {
      if (text == null) {
        return null;
      }
      if (!text.matches("[1-9][0-9]{0,17}")) {
        throw invalid(field, "must be an id, not '" + text + "'");
      }
      return Long.valueOf(text);
    }
  }

  /** How clones differ. */
  record ChangesContent(
      @Nullable JsonNode payload,
      @Nullable String definition,
      @Nullable Integer priority,
      @Nullable String group,
      @Nullable BigDecimal delaySeconds) {

    JobChanges changes() {
      return new JobChanges(
          payload,
          definition,
          priority,
          group,
          delaySeconds == null ? null : Seconds.duration("delaySeconds", delaySeconds));
    }
  }

  /** A rate as a client asks for it. */
  record RateContent(@Required Integer starts, @Nullable BigDecimal periodSeconds) {
    Rate rate() {
      return new Rate(
          starts,
          periodSeconds == null
              ? Duration.ofSeconds(1)
              : Seconds.duration("periodSeconds", periodSeconds));
    }
  }

  private record BulkContent(
      @Nullable String id,
      @Required String action,
      @Required FilterContent filter,
      @Nullable ChangesContent changes,
      @Nullable RateContent rate,
      @Nullable Boolean dryRun) {

    BulkRequest request() {
      return new BulkRequest(
          constant("action", Action.class, action),
          filter.filter(),
          changes == null ? JobChanges.NONE : changes.changes(),
          rate == null ? null : rate.rate());
    }
  }

  private record BulkView(
      @Nullable String id,
      boolean dryRun,
      boolean finished,
      long total,
      long changed,
      long skipped,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {

    static BulkView of(BulkProgress progress) {
      return new BulkView(
          progress.id(),
          false,
          progress.isFinished(),
          progress.total(),
          progress.changed(),
          progress.skipped(),
          progress.startedAt(),
          progress.finishedAt());
    }
  }

  private Response run(Request request) {
    request.allowQuery();
    BulkContent content = request.json(BulkContent.class);
    BulkRequest bulk = content.request();
    try {
      if (Boolean.TRUE.equals(content.dryRun())) {
        long total = engine.bulk().count(bulk);
        return Response.json(new BulkView(null, true, false, total, 0, 0, null, null));
      }
      String id = content.id() == null ? UUID.randomUUID().toString() : content.id();
      BulkProgress progress = engine.bulk().run(id, bulk, LONGEST_TURN, done -> {});
      return Response.json(progress.isFinished() ? 200 : 202, BulkView.of(progress));
    } catch (NotFoundException e) {
      throw unknown(e);
    }
  }

  private Response get(Request request) {
    request.allowQuery();
    String id = request.path("id").text();
    return engine
        .bulk()
        .find(id)
        .map(progress -> Response.json(BulkView.of(progress)))
        .orElseThrow(() ->
            ProblemException.of(
                404, "unknown-operation", "there is no bulk operation '" + id + "'"));
  }

  private Response cloneOne(Request request) {
    request.allowQuery();
    long source = request.path("id").id();
    byte[] body = request.jsonBytes(Request.MAX_JSON_BYTES);
    JobChanges changes =
        body.length == 0 ? JobChanges.NONE : Bodies.read(body, ChangesContent.class).changes();
    engine.jobs().get(source);
    try {
      long id = engine.jobs().clone(source, changes);
      return Response.created(
          "/api/v1/jobs/" + id,
          JobView.Detail.of(
              engine.jobs().get(id), engine.jobs().attempts(id), engine.jobs().links(id)));
    } catch (NotFoundException e) {
      throw unknown(e);
    }
  }

  /** The path exists; it is the body that names what does not. */
  private static ProblemException unknown(EngineException e) {
    return new ProblemException(Problems.of(422, e), e);
  }

  static <E extends Enum<E>> E constant(String field, Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(text.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            invalid(
                field,
                "must be among %s, not '%s'"
                    .formatted(
                        Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", ")),
                        text)));
  }

  private static ProblemException invalid(String field, String detail) {
    return new ProblemException(
        Problem.of(422, "invalid-field", "field '%s' %s".formatted(field, detail))
            .withField(field));
  }
}
