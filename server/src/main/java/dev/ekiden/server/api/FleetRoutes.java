package dev.ekiden.server.api;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.control.Fleet;
import dev.ekiden.fleet.control.FleetDecision;
import dev.ekiden.fleet.control.FleetDocument;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.WorkerProgram;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.TaskId;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.FleetView.DecisionView;
import dev.ekiden.server.api.FleetView.TaskView;
import dev.ekiden.server.api.JobView.Items;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Routes of fleets: what they should be, how they stand, what was decided, their tasks. */
public final class FleetRoutes {
  private static final int DEFAULT_PAGE = 50;
  private static final int LOG_BYTES = 262_144;

  private final Fleets fleets;
  private final WorkerProgram program;

  /** Called after a change, so that it takes effect at once. */
  private final Runnable changed;

  /**
   * The routes.
   *
   * @param program what is launched to have a worker, to be shown
   * @param changed called after a change, so that it takes effect at once
   */
  public FleetRoutes(Fleets fleets, WorkerProgram program, Runnable changed) {
    this.fleets = fleets;
    this.program = program;
    this.changed = changed;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/fleets", this::list);
    routes.get("/api/v1/fleets/{fleet}", this::get);
    routes.put("/api/v1/fleets/{fleet}", this::put);
    routes.delete("/api/v1/fleets/{fleet}", this::remove);
    routes.get("/api/v1/fleets/{fleet}/decisions", this::decisions);
    routes.get("/api/v1/fleets/{fleet}/plan", this::plan);
    routes.get("/api/v1/fleets/{fleet}/tasks", this::tasks);
    routes.get("/api/v1/fleets/{fleet}/tasks/{task}", this::task);
    routes.get("/api/v1/fleets/{fleet}/tasks/{task}/log", this::log);
  }

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(Items.of(fleets.standings().stream().map(FleetView::of).toList()));
  }

  private Response get(Request request) {
    request.allowQuery();
    return Response.json(view(name(request)));
  }

  private Response put(Request request) {
    request.allowQuery("revision", "dryRun");
    FleetDocument document = request.json(FleetDocument.class);
    Parameter revision = request.query("revision");
    String name = request.path("fleet").text();
    try {
      FleetSpec spec = document.spec(name);
      if (request.query("dryRun").flag()) {
        fleets.check(spec);
        return Response.noContent();
      }
      if (revision.isPresent()) {
        long expected = revision.id();
        if (fleets.put(spec, expected).isEmpty()) {
          throw changedMeanwhile(name, expected);
        }
      } else {
        fleets.put(spec);
      }
    } catch (InvalidSettingException e) {
      throw new ProblemException(
          Problem.of(422, "invalid-field", String.valueOf(e.getMessage()))
              .withField(field(e.setting())),
          e);
    }
    changed.run();
    return Response.json(view(name));
  }

  private Response remove(Request request) {
    request.allowQuery();
    String name = request.path("fleet").text();
    if (!fleets.remove(name)) {
      throw unknown(name);
    }
    changed.run();
    return Response.noContent();
  }

  private record PlanView(String launcher, String plan) {}

  private Response plan(Request request) {
    request.allowQuery();
    String name = request.path("fleet").text();
    try {
      String launcher = fleets.find(name).orElseThrow(() -> unknown(name)).spec().launcher();
      String plan = fleets.plan(name, program).orElseThrow(() -> unknown(name));
      return Response.json(new PlanView(launcher, plan));
    } catch (InvalidSettingException | LaunchException e) {
      throw new ProblemException(
          Problem.of(409, "cannot-launch", String.valueOf(e.getMessage())), e);
    }
  }

  private Response decisions(Request request) {
    request.allowQuery("before", "limit");
    String name = name(request);
    int limit = request.query("limit").integer(1, Fleets.MAX_PAGE, DEFAULT_PAGE);
    long before = before(request);
    List<FleetDecision> found = fleets.decisions(name, before, limit + 1);
    boolean more = found.size() > limit;
    List<FleetDecision> page = more ? found.subList(0, limit) : found;
    return Response.json(
        new Page<>(
            page.stream().map(DecisionView::of).toList(),
            more ? Long.toString(page.getLast().id()) : null));
  }

  private Response tasks(Request request) {
    request.allowQuery("before", "limit", "ended");
    String name = request.path("fleet").text();
    int limit = request.query("limit").integer(1, Fleets.MAX_PAGE, DEFAULT_PAGE);
    boolean ended = request.query("ended").flag();
    List<FleetTask> found = fleets.tasks(name, ended, before(request), limit + 1);
    if (found.isEmpty()) {
      name(request); // a fleet that was removed shows the tasks it had
    }
    boolean more = found.size() > limit;
    List<FleetTask> page = more ? found.subList(0, limit) : found;
    return Response.json(
        new Page<>(
            page.stream().map(TaskView::of).toList(),
            more ? Long.toString(page.getLast().number()) : null));
  }

  private Response task(Request request) {
    request.allowQuery();
    return Response.json(TaskView.of(known(request)));
  }

  private record LineView(Instant at, String stream, String text) {}

  private record LogView(
      List<LineView> items, String next, boolean end, @Nullable String dropped) {}

  private Response log(Request request) {
    try {
      return readLog(request);
    } catch (LaunchException e) {
      throw new ProblemException(
          Problem.of(503, "launcher-silent", String.valueOf(e.getMessage())).withRetryAfter(1), e);
    }
  }

  private Response readLog(Request request) {
    request.allowQuery("from");
    FleetTask task = known(request);
    Launcher launcher =
        fleets
            .launcherOf(task)
            .filter(one -> one.find(task.id()).isPresent())
            .orElseThrow(() -> noLog(task));
    String from = request.query("from").textOrNull();
    LogPage page =
        launcher.log(
            task.id(), from == null ? LogPosition.START : new LogPosition(from), LOG_BYTES);
    return Response.json(
        new LogView(
            page.lines().stream()
                .map(line ->
                    new LineView(
                        line.time(), line.stream().name().toLowerCase(Locale.ROOT), line.text()))
                .toList(),
            page.next().value(),
            page.isEnd(),
            page.droppedBytes() == 0 ? null : page.marker()));
  }

  private record Page<T>(List<T> items, @Nullable String next) {}

  private static long before(Request request) {
    Parameter before = request.query("before");
    return before.isPresent() ? before.id() : Long.MAX_VALUE;
  }

  private FleetView view(String name) {
    return fleets.standings(name).map(FleetView::of).orElseThrow(() -> unknown(name));
  }

  /** The name of a fleet that there is. */
  private String name(Request request) {
    String name = request.path("fleet").text();
    Optional<Fleet> found = fleets.find(name);
    return found.orElseThrow(() -> unknown(name)).name();
  }

  private FleetTask known(Request request) {
    String fleet = request.path("fleet").text();
    String id = request.path("task").text();
    return taskId(id)
        .flatMap(fleets::task)
        .filter(task -> task.fleet().equals(fleet))
        .orElseThrow(() ->
            new ProblemException(
                Problem.of(
                    404, "unknown-task", "fleet '%s' has no task '%s'".formatted(fleet, id))));
  }

  private static Optional<TaskId> taskId(String text) {
    try {
      return Optional.of(TaskId.of(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ProblemException noLog(FleetTask task) {
    String why =
        task.removedAt() != null
            ? "its log went with it at " + task.removedAt()
            : "it is at %s, which this server does not see".formatted(task.place());
    return new ProblemException(
        Problem.of(404, "no-log", "task '%s' has no log here: %s".formatted(task.id(), why)));
  }

  private static ProblemException unknown(String name) {
    return new ProblemException(
        Problem.of(404, "unknown-fleet", "there is no fleet '%s'".formatted(name)));
  }

  private static ProblemException changedMeanwhile(String name, long revision) {
    return new ProblemException(
        Problem.of(
            409,
            "conflict",
            "fleet '%s' is not of revision %d any more: look at it again, then change it"
                .formatted(name, revision)));
  }

  /** Settings are named as in files; the fields of JSON in its own way. */
  private static String field(String setting) {
    StringBuilder field = new StringBuilder();
    for (String word : setting.split("[- ]", -1)) {
      field.append(
          field.isEmpty() || word.isEmpty()
              ? word
              : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return field.toString();
  }
}
