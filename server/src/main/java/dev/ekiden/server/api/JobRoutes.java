package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.Explanation;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Key;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.engine.Page;
import dev.ekiden.fleet.command.SilentPlaces;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import dev.ekiden.server.http.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Routes of jobs. */
public final class JobRoutes {
  /** Largest body of a submission. */
  public static final long MAX_SUBMISSION_BYTES = 16 * 1_048_576;

  /** Most jobs of a page. */
  public static final int MAX_PAGE = 1_000;

  /** Jobs of a page unless the client says otherwise. */
  public static final int DEFAULT_PAGE = 50;

  /** Longest time a request waits for a job to end. */
  public static final int MAX_WAIT_SECONDS = 30;

  private final Engine engine;
  private final Commands commands;

  public JobRoutes(Engine engine, Commands commands) {
    this.engine = engine;
    this.commands = commands;
  }

  public void addTo(Routes routes) {
    routes.post("/api/v1/jobs", this::submit);
    routes.get("/api/v1/jobs", this::list);
    routes.get("/api/v1/jobs/{id}", this::get);
    routes.get("/api/v1/jobs/{id}/history", this::history);
    routes.get("/api/v1/jobs/{id}/explain", this::explain);
    routes.post("/api/v1/jobs/{id}/retry", this::retry);
    routes.post("/api/v1/jobs/{id}/cancel", this::cancel);
  }

  /** The answer to a submission. */
  record EnqueuedView(String id, boolean created) {
    static EnqueuedView of(Enqueued enqueued) {
      return new EnqueuedView(Long.toString(enqueued.id()), enqueued.created());
    }
  }

  private record ExplanationView(String id, JobState state, List<Explanation.Reason> reasons) {}

  private Response submit(Request request) {
    request.allowQuery();
    byte[] body = request.jsonBytes(MAX_SUBMISSION_BYTES);
    if (body.length == 0) {
      throw ProblemException.of(400, "missing-body", "send a job or an array of jobs");
    }
    Optional<String> idempotencyKey = request.header("Idempotency-Key");
    return isArray(body) ? submitAll(body, idempotencyKey) : submitOne(body, idempotencyKey);
  }

  private Response submitOne(byte[] body, Optional<String> idempotencyKey) {
    JobSubmission submission = Bodies.read(body, JobSubmission.class).checked(commands, "");
    JobRequest job = submission.request("");
    Payloads.check(engine, submission.definition(), submission.payload(), "payload");
    if (idempotencyKey.isPresent()) {
      if (job.key() != null) {
        throw new ProblemException(
            Problem.of(422, "invalid-field", "give a key or the header Idempotency-Key, not both")
                .withField("key"));
      }
      job = job.withKey(Key.unique(idempotencyKey.get(), JobSubmission.DEFAULT_WINDOW));
    }
    Enqueued enqueued = enqueue(List.of(job)).getFirst();
    EnqueuedView view = EnqueuedView.of(enqueued);
    return enqueued.created()
        ? Response.created("/api/v1/jobs/" + view.id(), view)
        : Response.json(view);
  }

  private Response submitAll(byte[] body, Optional<String> idempotencyKey) {
    if (idempotencyKey.isPresent()) {
      throw ProblemException.of(
          400, "invalid-header", "Idempotency-Key is for one job; give each of several its key");
    }
    JobSubmission[] submissions = Bodies.read(body, JobSubmission[].class);
    if (submissions.length == 0 || submissions.length > Engine.MAX_BULK) {
      throw ProblemException.of(
          submissions.length == 0 ? 422 : 413,
          submissions.length == 0 ? "invalid-body" : Problems.code(ErrorCode.TOO_MANY_JOBS),
          "send 1 to %d jobs at once, not %d".formatted(Engine.MAX_BULK, submissions.length));
    }
    List<JobRequest> jobs = new ArrayList<>();
    for (int i = 0; i < submissions.length; i++) {
      if (submissions[i] == null) {
        throw new ProblemException(
            Problem.of(422, "invalid-field", "a job must be an object, not null")
                .withField("[" + i + "]"));
      }
      JobSubmission submission = submissions[i].checked(commands, "[" + i + "]");
      jobs.add(submission.request("[" + i + "]"));
      Payloads.check(engine, submission.definition(), submission.payload(), "[" + i + "].payload");
    }
    return Response.json(201, enqueue(jobs).stream().map(EnqueuedView::of).toList());
  }

  private List<Enqueued> enqueue(List<JobRequest> jobs) {
    try {
      return engine.enqueue(jobs);
    } catch (NotFoundException e) {
      // The path exists; it is the body that names what does not.
      throw new ProblemException(Problems.of(422, e), e);
    }
  }

  private Response list(Request request) {
    request.allowQuery(
        "state",
        "queue",
        "definition",
        "key",
        "group",
        "from",
        "before",
        "fromId",
        "toId",
        "parent",
        "cursor",
        "limit");
    JobFilter filter =
        new JobFilter(
            Set.copyOf(request.query("state").constants(JobState.class)),
            request.query("queue").textOrNull(),
            request.query("definition").textOrNull(),
            request.query("key").textOrNull(),
            request.query("group").textOrNull(),
            request.query("from").optional(Parameter::instant).orElse(null),
            request.query("before").optional(Parameter::instant).orElse(null),
            request.query("fromId").optional(Parameter::id).orElse(null),
            request.query("toId").optional(Parameter::id).orElse(null),
            request.query("parent").optional(Parameter::id).orElse(null));
    Page<Job> page =
        engine
            .jobs()
            .list(
                filter,
                request.query("cursor").textOrNull(),
                request.query("limit").integer(1, MAX_PAGE, DEFAULT_PAGE));
    return Response.json(
        new JobView.Listing(
            page.items().stream().map(JobView.Summary::of).toList(),
            page.next(),
            page.searchedBackTo()));
  }

  private Response get(Request request) throws InterruptedException {
    request.allowQuery("waitSeconds");
    long id = request.path("id").id();
    int seconds = request.query("waitSeconds").integer(0, MAX_WAIT_SECONDS, 0);
    if (seconds > 0) {
      engine.jobs().get(id);
      engine.jobs().await(id, Duration.ofSeconds(seconds));
    }
    return Response.json(detail(id));
  }

  private Response history(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(
            engine.jobs().history(request.path("id").id()).stream()
                .map(JobView.EventView::of)
                .toList()));
  }

  private Response explain(Request request) {
    request.allowQuery();
    long id = request.path("id").id();
    Explanation explanation = engine.explain(id);
    List<Explanation.Reason> reasons = new ArrayList<>(explanation.reasons());
    if (!explanation.state().isEnded()) {
      SilentPlaces.reason(commands.definitions(), commands.tasks(), id)
          .ifPresent(text -> reasons.addFirst(new Explanation.Reason("place-silent", text)));
    }
    return Response.json(new ExplanationView(Long.toString(id), explanation.state(), reasons));
  }

  private Response retry(Request request) {
    request.allowQuery();
    long id = request.path("id").id();
    engine.jobs().retry(id);
    return Response.json(detail(id));
  }

  private Response cancel(Request request) {
    request.allowQuery();
    long id = request.path("id").id();
    boolean canceled = engine.jobs().cancel(id);
    return Response.json(canceled ? 200 : 202, detail(id));
  }

  private JobView.Detail detail(long id) {
    return JobView.Detail.of(
        engine.jobs().get(id), engine.jobs().attempts(id), engine.jobs().links(id));
  }

  private static boolean isArray(byte[] body) {
    for (byte c : body) {
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c == '[';
      }
    }
    return false;
  }
}
